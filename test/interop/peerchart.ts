import { fileURLToPath } from 'node:url'
import { type JsonProcess, startJsonProcess } from './json-process.ts'

interface PeerEvent {
  readonly event: 'peer'
  readonly time: number
  readonly address: string
  readonly direction: 'in' | 'out'
  readonly transport: 'tcp' | 'utp'
  readonly state: 'connecting' | 'open' | 'closed'
  readonly encrypted?: boolean
  readonly client?: string
  readonly peerId?: string
  readonly reason?: string
}

/** The lines of `--json`, as the command line promises them. Times are milliseconds, sizes bytes. */
export type PeerchartEvent =
  | { readonly event: 'listening'; readonly transport: 'tcp' | 'utp'; readonly host: string; readonly port: number }
  | { readonly event: 'metadata'; readonly name: string; readonly pieces: number; readonly bytes: number }
  | { readonly event: 'verified'; readonly pieces: number; readonly total: number }
  | PeerEvent
  | {
      readonly event: 'progress'
      readonly pieces: number
      readonly total: number
      readonly downloaded: number
      readonly uploaded: number
      readonly rateDown: number
      readonly rateUp: number
      readonly peers: number
      readonly webSeeds?: number
      readonly downloadedFromWebSeeds?: number
    }
  | { readonly event: 'web_seed'; readonly url: string; readonly state: string; readonly message?: string }
  | { readonly event: 'corrupt'; readonly piece: number; readonly addresses: readonly string[] }
  | { readonly event: 'banned'; readonly address: string; readonly reputation: number }
  | { readonly event: 'super_seeding'; readonly active: boolean; readonly because?: 'seeder' | 'stuck' }
  | {
      readonly event: 'done'
      readonly seconds: number
      readonly bytes: number
      readonly downloaded: number
      readonly path: string
    }
  | {
      readonly event: 'stalled'
      readonly time: number
      readonly reasons: readonly { readonly code: string; readonly text: string; readonly since: number }[]
    }
  | {
      readonly event: 'tracker'
      readonly url: string
      readonly state: 'announcing' | 'ok' | 'failed'
      readonly peers?: number
      readonly seeders?: number
      readonly leechers?: number
      readonly message?: string
    }
  | { readonly event: 'check'; readonly name: string; readonly verdict: string; readonly detail: string }
  | { readonly event: 'conformance'; readonly passed: number; readonly failed: number; readonly notSupported: number }
  | { readonly event: 'warning'; readonly message: string }
  | { readonly event: 'error'; readonly message: string }

/** A running `peerchart … --json`. */
export type Peerchart = JsonProcess<PeerchartEvent>

/** The built command line. */
export const cliPath = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** What a tree without a build is told. */
export const peerchartMissing = 'dist/cli/main.js is missing: run npm run build'

/** Starts the built command line with `--json`, on loopback unless it is told otherwise. The caller stops it. */
export function startPeerchart(...args: string[]): Peerchart {
  const listens = ['download', 'seed'].includes(args[0] ?? '') && !args.includes('--host')
  const all = [...args, ...(listens ? ['--host', '127.0.0.1'] : []), '--json']
  return startJsonProcess(`peerchart ${args[0]}`, process.execPath, [cliPath, ...all], peerchartMissing)
}

/** Where it accepts peers over TCP, as `host:port`, once it does. */
export async function listeningAddress(run: Peerchart): Promise<string> {
  const { host, port } = await run.waitFor('listening', ({ transport }) => transport === 'tcp')
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Waits for the end of a run that must succeed; rejects with its standard error when it does not exit 0. */
export async function succeeded(run: Peerchart): Promise<void> {
  const { code, signal } = await run.ended()
  if (code !== 0) throw new Error(`peerchart ended with ${signal ?? `code ${code}`}\n${run.stderr()}`)
}
