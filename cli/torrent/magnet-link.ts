import type { Metainfo } from '../../storage/metainfo.ts'

/** The magnet link of a torrent (BEP 9): its info hash, its name, its trackers, and where it may be had by HTTP. */
export function magnetLink({ infoHash, name, announce, webSeeds }: Metainfo): string {
  const fields = [
    ['dn', name],
    ...[...new Set(announce.flat())].map((url) => ['tr', url]),
    ...webSeeds.map((url) => ['ws', url]),
  ]
  const rest = fields.map(([key, value = '']) => `&${key}=${encodeURIComponent(value)}`).join('')
  return `magnet:?xt=urn:btih:${Buffer.from(infoHash).toString('hex')}${rest}`
}
