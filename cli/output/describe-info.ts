import type { InfoEvent } from './events.ts'
import { counted, formatBytes, printable } from './format.ts'

/** What `info` prints for people: a word and what it says on each line. */
export function describeInfo(info: InfoEvent): readonly string[] {
  const { bytes, pieces = 0, pieceLength, files = [] } = info
  const inPieces = pieceLength === undefined ? '' : ` in ${counted(pieces, 'piece')} of ${formatBytes(pieceLength)}`
  const rows: readonly (readonly [word: string, text: string | undefined])[] = [
    ['name', info.name],
    ['info hash', info.infoHash],
    ['size', bytes === undefined ? undefined : `${formatBytes(bytes)}${inPieces}`],
    ['private', info.private ? 'peers come from the trackers alone (BEP 27)' : undefined],
    ['comment', info.comment],
    ['selected', info.selectOnly],
    ...info.trackers.flatMap((tier, i) => tier.map((url) => ['tracker', `${url} (tier ${i + 1})`] as const)),
    ...info.webSeeds.map((url) => ['web seed', url] as const),
    ...(info.peers ?? []).map((address) => ['peer', address] as const),
    ...files.map(({ path, bytes: length, renamedFrom }) => {
      const was = renamedFrom === undefined ? '' : `, in the torrent ${JSON.stringify(renamedFrom)}`
      return ['file', `${path}, ${formatBytes(length)}${was}`] as const
    }),
    ['magnet', info.magnet],
  ]
  return rows.flatMap(([word, text]) => (text === undefined ? [] : [`${word.padEnd(10)} ${printable(text)}`]))
}
