import { PassThrough } from 'node:stream'
import type { Api } from '../../cli/context/api.ts'
import type { Io } from '../../cli/context/context.ts'
import type { EndingSignal } from '../../cli/process/exit.ts'
import { openRecorder, replayRecord } from '../../recorder/open.ts'
import { createMetainfo } from '../../storage/create.ts'
import { parseMagnet } from '../../storage/magnet.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { readMetainfo } from '../../storage/metainfo.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeTorrent } from './fake-torrent.ts'

class FakeStream extends PassThrough {
  readonly isTTY: boolean
  readonly columns = 100
  readonly rows = 10
  text = ''

  constructor(isTTY: boolean) {
    super({ encoding: 'utf8' })
    this.isTTY = isTTY
    this.on('data', (chunk: string) => {
      this.text += chunk
    })
  }
}

/** The options the library was called with. */
export type TorrentOptions = Parameters<Api['createTorrent']>[0]

/** A world for the executable in which time stands still, one fake torrent answers, and everything is written down. */
export function fakeIo({ isTTY = false, api = {} }: { isTTY?: boolean; api?: Partial<Api> } = {}) {
  const stdout = new FakeStream(isTTY)
  const stderr = new FakeStream(false)
  const clock = new FakeClock()
  const torrent = new FakeTorrent()
  const interrupts = new Set<(signal: EndingSignal) => void>()
  const exits: number[] = []
  const created: TorrentOptions[] = []
  const io: Io = {
    stdout,
    stderr,
    clock,
    api: {
      createTorrent(options) {
        created.push(options)
        torrent.metainfo = options.metainfo
        return torrent
      },
      createMetainfo,
      openFileStore: async (metainfo) => openMemoryStore(metainfo),
      openMemoryStore,
      openRecorder,
      parseMagnet,
      readMetainfo,
      replayRecord,
      utpTransport: () => ({
        ...createMemoryNetwork({ clock: new SimulatedClock(), random: Math.random }).transport('10.0.0.1'),
        kind: 'utp',
      }),
      startInspector: async () => ({
        url: 'http://127.0.0.1:1/token/',
        inspect() {},
        pages: 0,
        wasOpened: false,
        async stop() {},
      }),
      resumeFiles: undefined,
      diagrams: { peer: async (format) => `peer as ${format}\n`, torrent: async (format) => `torrent as ${format}\n` },
      ...api,
    },
    onInterrupt(listener) {
      interrupts.add(listener)
      return () => interrupts.delete(listener)
    },
    exit: (code) => void exits.push(code),
  }
  return {
    io,
    clock,
    torrent,
    stdout,
    stderr,
    /** What `exit` was called with. */
    exits,
    /** The options of every torrent made. */
    created,
    interrupts,
    /** As if the user pressed Ctrl-C; or as another signal. */
    interrupt: (signal: EndingSignal = 'SIGINT') => {
      for (const listener of interrupts) listener(signal)
    },
    /** Standard output as the JSON lines it consists of. */
    events: (): unknown[] =>
      stdout.text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
  }
}
