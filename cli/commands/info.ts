import { formatAddress, type Magnet } from '../../index.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { Context } from '../context/context.ts'
import type { InfoEvent } from '../output/events.ts'
import { magnetLink } from '../torrent/magnet-link.ts'
import { meansMagnet, readMagnet, readTorrentFile } from '../torrent/torrent-file.ts'

/** In seconds: how long a pipe may bring nothing. */
const pipeSeconds = 60

/** `peerchart info`: what a .torrent or a magnet link says, without a look at the network or the data. */
export async function info(what: string, context: Context): Promise<void> {
  const said = (await meansMagnet(what, context))
    ? ofMagnet(readMagnet(what, context.api))
    : ofMetainfo(await readTorrentFile(what, pipeSeconds, context))
  context.output.event({ event: 'info', ...said })
}

type Said = Omit<InfoEvent, 'event'>

const ofMetainfo = (metainfo: Metainfo): Said => ({
  name: metainfo.name,
  infoHash: hex(metainfo.infoHash),
  bytes: metainfo.length,
  pieces: metainfo.pieceHashes.length / 20,
  pieceLength: metainfo.pieceLength,
  private: metainfo.private,
  ...(metainfo.comment !== undefined && { comment: metainfo.comment }),
  trackers: metainfo.announce,
  webSeeds: metainfo.webSeeds,
  files: metainfo.files
    .filter(({ pad }) => pad !== true)
    .map(({ path, length, renamedFrom }) => ({
      path: path.join('/'),
      bytes: length,
      ...(renamedFrom && { renamedFrom: renamedFrom.join('/') }),
    })),
  ...(!metainfo.private && { magnet: magnetLink(metainfo) }),
})

/** The trackers of a link are tiers of one each. */
const ofMagnet = ({ infoHash, name, length, trackers = [], webSeeds = [], peers, selectOnly }: Magnet): Said => ({
  ...(name !== undefined && { name }),
  infoHash: hex(infoHash),
  ...(length !== undefined && { bytes: length }),
  trackers: trackers.map((url) => [url]),
  webSeeds,
  ...(peers.length > 0 && { peers: peers.map(formatAddress) }),
  ...(selectOnly !== undefined && { selectOnly }),
})

const hex = (infoHash: Uint8Array): string => Buffer.from(infoHash).toString('hex')
