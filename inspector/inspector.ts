import { randomBytes } from 'node:crypto'
import type { InspectionEvent } from 'xstate'
import { isPortToBind } from '../transport/port.ts'
import { Feed } from './feed/feed.ts'
import { PageServer } from './server/server.ts'

/** How an inspector is to be. */
export interface InspectorOptions {
  /** The port of loopback that the page is served on; 0, the default, picks a free one. */
  readonly port?: number
  /** Types of events that a user of the page may send to actors, as `torrent.choke`. Default: none. */
  readonly allow?: readonly string[]
  /** About how much memory the history of what was said may take, in bytes. Default 32 MiB. */
  readonly historyBytes?: number
}

/** A live inspector: a page in the browser that shows the actors of this program. */
export interface Inspector {
  /** The address of the page, with its token: whoever knows it sees everything. */
  readonly url: string
  /**
   * To be given to `createTorrent`, `createSession`, `createPeer`, `replayRecord`, or XState's `createActor`, as `inspect`; to any number of
   * them. `at`, which `replayRecord` gives: when it happened in a record, in milliseconds. Of that nothing is sampled.
   */
  readonly inspect: (event: InspectionEvent, at?: number) => void
  /** Pages that are open now, also those that nobody looks at. */
  readonly pages: number
  /** A page was open, now or before. */
  readonly wasOpened: boolean
  /** Ends the pages, and frees the port. */
  stop(): Promise<void>
}

/** How often the pages are told what has changed. */
const batchMs = 200
const turnsPerSecond = 1000 / batchMs

const defaultHistoryBytes = 32 * 1024 * 1024

/** See `startInspector`. */
export async function openInspector(options: InspectorOptions = {}): Promise<Inspector> {
  const { allow = [], historyBytes = defaultHistoryBytes, port = 0 } = options
  requireInspectorOptions({ allow, historyBytes, port })
  const startedAt = Date.now()
  const origin = performance.now()
  const now = () => performance.now() - origin
  /** Undefined when it is stopped: what it knows is let go. */
  let feed: Feed | undefined = new Feed({ now, historyBytes })
  const token = randomBytes(18).toString('base64url')
  const built = builtFolder(import.meta.url)
  const [page, worker] = [new URL('page/', built), new URL('server/draw-worker.js', built)]
  const server = new PageServer({ feed: () => feed, token, page, worker, allow, startedAt, now })
  const bound = await server.listen(port)
  /** A fault of the inspector ends the looking, and harms nothing that is looked at. */
  const guarded = (look: () => void) => {
    try {
      look()
    } catch (error) {
      feed = undefined
      process.emitWarning(`the inspector looks no more: ${String(error)}`)
    }
  }
  let turn = 0
  const timer = setInterval(() => {
    turn++
    guarded(() => {
      if (server.readers > 0) return server.tell(feed?.collect())
      if (turn % turnsPerSecond === 0) feed?.rest()
      server.tell(undefined)
    })
  }, batchMs)
  timer.unref()
  return {
    url: `http://127.0.0.1:${bound}/${token}/`,
    inspect: (event, at) => guarded(() => feed?.inspect(event, at)),
    get pages() {
      return server.pages
    },
    get wasOpened() {
      return server.wasOpened
    },
    async stop() {
      clearInterval(timer)
      feed = undefined
      await server.stop()
    },
  }
}

/** Where the page and the worker are, built: beside this module in the package, and in `dist` while the project's own sources run. */
const builtFolder = (module: string): URL => new URL(module.endsWith('.ts') ? '../dist/inspector/' : './', module)

function requireInspectorOptions({ allow, historyBytes, port }: Required<InspectorOptions>): void {
  if (!isPortToBind(port)) throw new RangeError(`a port is 0 to 65535, not ${String(port)}`)
  if (!(historyBytes > 0)) throw new RangeError(`the bytes of a history are above 0, not ${String(historyBytes)}`)
  if (!Array.isArray(allow) || !allow.every((type) => typeof type === 'string'))
    throw new TypeError('what may be sent is a list of types of events')
}
