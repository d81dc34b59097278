import { fileURLToPath } from 'node:url'
import { startJsonProcess } from './json-process.ts'

/** A peer on the npm package bittorrent-protocol, which listens at `address` (`host:port`). */
export interface BittorrentProtocol {
  readonly address: string
  stop(): Promise<void>
}

const program = fileURLToPath(new URL('bittorrent-protocol-peer.mjs', import.meta.url))

/** Starts one that seeds a torrent of one file, which lies in `dir`, or fetches it from whoever dials it, into memory. */
export async function startBittorrentProtocol(
  role: 'seed' | 'leech',
  torrent: string,
  dir: string,
): Promise<BittorrentProtocol> {
  const run = startJsonProcess<{ readonly event: 'listening'; readonly host: string; readonly port: number }>(
    `bittorrent-protocol ${role}`,
    process.execPath,
    [program, role, torrent, dir],
    'node cannot be started',
  )
  const stop = async (): Promise<void> => {
    await run.stop()
  }
  try {
    const { host, port } = await run.waitFor('listening')
    return { address: `${host}:${port}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
