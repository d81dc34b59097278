import { PassThrough } from 'node:stream'
import type { Api } from '../../cli/context/api.ts'
import type { Io } from '../../cli/context/context.ts'
import { resumeShelf } from '../../cli/context/resume-files.ts'
import type { EndingSignal } from '../../cli/process/exit.ts'
import { testClient } from '../../conformance/suite/open.ts'
import type { SessionOptions } from '../../index.ts'
import { openRecorder, replayRecord } from '../../recorder/open.ts'
import { drawSimulation, library, simulate } from '../../simulator/index.ts'
import { createMetainfo } from '../../storage/create.ts'
import { parseMagnet } from '../../storage/magnet.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { readMetainfo } from '../../storage/metainfo.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Transport } from '../../transport/transport.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeTorrent } from './fake-torrent.ts'

class FakeStream extends PassThrough {
  readonly isTTY: boolean
  readonly columns = 100
  readonly rows = 10
  readonly #chunks: Buffer[] = []

  constructor(isTTY: boolean) {
    super()
    this.isTTY = isTTY
    this.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
    })
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get text(): string {
    return this.bytes.toString()
  }
}

/** A transport by its kind, that leads nowhere. */
const carrier = (kind: string): Transport => ({
  ...createMemoryNetwork({ clock: new SimulatedClock(), random: Math.random }).transport('10.0.0.1'),
  kind,
})

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
  const sessions: SessionOptions[] = []
  const torrents: FakeTorrent[] = []
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
      createSession(options) {
        sessions.push(options)
        const listeners: ((event: never) => void)[] = []
        return {
          add(added) {
            created.push(added)
            const one = new FakeTorrent()
            one.metainfo = added.metainfo
            torrents.push(one)
            return one
          },
          start() {
            const listening = { type: 'listening', transport: 'tcp', address: { host: '::', port: 7000 } }
            for (const listener of listeners) listener(listening as never)
          },
          stop: async () => {},
          on(type, listener) {
            if (type === 'listening') listeners.push(listener)
            return { unsubscribe() {} }
          },
        }
      },
      createMetainfo,
      drawSimulation,
      library,
      simulate,
      createDht: () => ({
        opened: Promise.resolve({ host: '127.0.0.1', port: 7 }),
        nodes: [],
        search: () => () => {},
        addNode() {},
        destroy: async () => {},
      }),
      findWrongFiles: async () => [],
      openFileStore: async (metainfo) => openMemoryStore(metainfo),
      openMemoryStore,
      openRecorder,
      parseMagnet,
      readMetainfo,
      replayRecord,
      tcpTransport: () => carrier('tcp'),
      testClient,
      utpTransport: () => carrier('utp'),
      startInspector: async () => ({
        url: 'http://127.0.0.1:1/token/',
        inspect() {},
        pages: 0,
        wasOpened: false,
        async stop() {},
      }),
      resumeFiles: undefined,
      resumeShelf: resumeShelf({}, '/nowhere'),
      dhtTable: undefined,
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
    /** The options of every session made, and the torrents of all. */
    sessions,
    torrents,
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
