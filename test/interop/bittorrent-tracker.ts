import { once } from 'node:events'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { MeetingPoint } from './tracker.ts'

/** The server of webtorrent's `bittorrent-tracker`, as far as it is used here. */
interface Server extends NodeJS.EventEmitter {
  readonly http: { address(): { readonly port: number }; closeAllConnections(): void }
  readonly udp4: { address(): { readonly port: number } }
  listen(port: number, hosts: { readonly http: string; readonly udp: string; readonly udp6: string }): void
  close(done: () => void): void
}

/**
 * Where `.ci/run` installs it. It is none of the packages of this project: `npm install` would build its WebRTC, which the server does not
 * load.
 */
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'peerchart-interop')

/** Its server, without its client. */
export const bittorrentTrackerPath = join(folder, 'node_modules', 'bittorrent-tracker', 'server.js')

/** What a machine without it is told. */
export const bittorrentTrackerMissing = `bittorrent-tracker is missing: npm install --ignore-scripts --omit=optional --no-save --prefix ${folder} bittorrent-tracker@11`

/** Starts one on `host`, over HTTP and UDP. */
export async function startBittorrentTracker(host: string): Promise<MeetingPoint> {
  const { default: Server } = (await import(pathToFileURL(bittorrentTrackerPath).href)) as {
    default: new (options: Readonly<Record<string, unknown>>) => Server
  }
  const server = new Server({ http: true, udp: true, ws: false, stats: false, interval: 60_000 })
  // What a client says wrong it warns of; the test sees that nobody is found.
  server.on('warning', () => {})
  server.listen(0, { http: host, udp: host, udp6: '::1' })
  await once(server, 'listening')
  return {
    http: `http://${host}:${server.http.address().port}/announce`,
    udp: `udp://${host}:${server.udp4.address().port}/announce`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.http.closeAllConnections()
      }),
  }
}
