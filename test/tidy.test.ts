import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { delayedTimers, delays } from '../machines/peer/delays.ts'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import { sessionMachine } from '../machines/session/session.ts'
import { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../machines/torrent/torrent.ts'
import { utpConnectionMachine } from '../machines/utp-connection/utp-connection.ts'
import { filesBelow, type Import, importsOf, library, read, root, sources } from './source-tree.ts'

/** The rules of the house that a program can check. */

const everything = [...sources, ...filesBelow('bench', 'scripts', 'test')]

const layerOf = (path: string): string => path.split('/')[0] ?? path
const isOurs = (path: string): boolean => /\.(ts|mjs|js)$/.test(path)
const show = ({ from, to }: Import): string => `${from} imports ${to}`

describe('imports point one way', () => {
  /** By layer: whose values, and beyond that whose types, it may import. */
  const mayImport: Readonly<Record<string, { readonly values: readonly string[]; readonly types: readonly string[] }>> =
    {
      transport: { values: [], types: [] },
      storage: {
        values: [
          'transport/address.ts',
          'transport/descriptors.ts',
          'transport/require.ts',
          'transport/wire/bencode.ts',
        ],
        types: ['transport'],
      },
      machines: {
        values: [
          'transport/address.ts',
          'transport/require.ts',
          'transport/wire/extended/extensions-max.ts',
          'transport/wire/extended/lt-donthave.ts',
          'transport/wire/extended/metadata-pieces.ts',
          'transport/wire/extended/pex-flags.ts',
          'transport/wire/extended/pex-limits.ts',
          'transport/wire/frame-limit.ts',
        ],
        types: ['transport'],
      },
      actors: { values: ['machines', 'transport', 'storage'], types: [] },
      diagram: { values: ['machines', 'transport/require.ts'], types: [] },
      inspector: { values: ['diagram', 'machines', 'transport/address.ts'], types: ['transport'] },
      recorder: { values: ['actors/version.ts', 'machines', 'transport'], types: ['actors'] },
      'index.ts': {
        values: [
          'actors',
          'diagram',
          'inspector/for-stately.ts',
          'inspector/open.ts',
          'machines',
          'recorder/open.ts',
          'transport',
          'storage',
        ],
        types: ['inspector', 'recorder'],
      },
      testing: { values: ['transport'], types: [] },
      cli: { values: ['index.ts', 'diagram'], types: ['machines', 'transport', 'storage'] },
      examples: { values: [], types: [] },
    }

  test.each(Object.entries(mayImport))('%s', (layer, { values, types }) => {
    const strays = sources
      .filter((path) => layerOf(path) === layer)
      .flatMap(importsOf)
      .filter(({ to }) => isOurs(to) && layerOf(to) !== layer)
      .filter(
        ({ to, typeOnly }) => ![...values, ...(typeOnly ? types : [])].some((one) => one === to || one === layerOf(to)),
      )
    expect(strays.map(show)).toEqual([])
  })

  test('bench and scripts know the built package alone', () => {
    const folders = ['bench', 'scripts', 'dist']
    const strays = filesBelow('bench', 'scripts')
      .flatMap(importsOf)
      .filter(({ to }) => isOurs(to) && !folders.includes(layerOf(to)))
    expect(strays.map(show)).toEqual([])
  })

  test('transport and storage do not know XState, nor machines any package but XState', () => {
    const strays = sources
      .flatMap(importsOf)
      .filter(({ to }) => !isOurs(to))
      .filter(({ from, to }) =>
        /^(transport|storage)\//.test(from) ? to === 'xstate' : /^machines\//.test(from) && to !== 'xstate',
      )
    expect(strays.map(show)).toEqual([])
  })
})

describe('what is pure', () => {
  test('machines know no clock, no timer, no chance and no global of Node', () => {
    const impure =
      /\b(Date\.now|new Date|performance\.|Math\.random\(|setTimeout\(|setInterval\(|process\.|Buffer\b|crypto\b(?!-))/
    const lines = filesBelow('machines').flatMap((path) =>
      read(path)
        .split('\n')
        .filter((line) => impure.test(line) && !/^\s*(\*|\/\*\*|\/\/)/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
    expect(lines).toEqual([])
  })

  test('machines reach no module of Node through what they import', () => {
    const reached = new Set(filesBelow('machines'))
    const strays: string[] = []
    for (const path of reached) {
      for (const one of importsOf(path).filter(({ typeOnly }) => !typeOnly)) {
        if (one.to.startsWith('node:')) strays.push(show(one))
        else if (isOurs(one.to)) reached.add(one.to)
      }
    }
    expect(strays).toEqual([])
  })

  test('the wire needs no module of Node', () => {
    const strays = filesBelow('transport/wire')
      .flatMap(importsOf)
      .filter(({ to }) => to.startsWith('node:'))
    expect(strays.map(show)).toEqual([])
  })
})

describe('exports', () => {
  test.each([...library, 'index.ts'])('of %s have a docstring each', (layer) => {
    const bare = sources
      .filter((path) => layerOf(path) === layer)
      .flatMap((path) => {
        const lines = read(path).split('\n')
        return lines.flatMap((line, i) => {
          const isDeclared =
            /^export (abstract |async |declare )*(class|const|function\*?|interface|let|type(?= \w+[\s<=]))\s/.test(
              line,
            )
          if (!isDeclared || hasDocstring(lines, i)) return []
          return [`${path}:${i + 1} ${line}`]
        })
      })
    expect(bare).toEqual([])
  })

  test('stand at their declarations, so that a docstring can', () => {
    const lists = sources.filter(
      (path) => path !== 'index.ts' && /^export (\{[^}]*\}(?! from)|default )/m.test(read(path)),
    )
    expect(lists).toEqual([])
  })

  test.each(['index.ts', 'testing/index.ts'])('of %s are re-exports only', (path) => {
    const rest = read(path).replace(/^export (type )?(\{[^}]*\}|\* as \w+) from '[^']+'$/gm, '')
    expect(rest.trim()).toMatch(/^\/\/ .*$/)
  })

  /** Whether a block comment that is a docstring ends right above line `i`. */
  function hasDocstring(lines: readonly string[], i: number): boolean {
    if (!lines[i - 1]?.endsWith('*/')) return false
    const start = lines.slice(0, i).findLastIndex((line) => line.includes('/*'))
    return /^\/\*\*\s*\S|^\/\*\*$/.test(lines[start] ?? '')
  }
})

describe('files', () => {
  test('are named in kebab-case', () => {
    const misnamed = everything.filter(
      (path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|model|d|config))*\.(ts|mjs)$/.test(basename(path)),
    )
    expect(misnamed).toEqual([])
  })

  test('of the sources have at most 400 lines', () => {
    const tooLong = sources.filter((path) => read(path).trimEnd().split('\n').length > 400)
    expect(tooLong).toEqual([])
  })

  test('leave nothing for later and silence nobody', () => {
    const marks = new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|XX${'X'})\\b|@ts-(ignore|nocheck|expect)|\\.(only|skip)\\(`)
    expect(everything.filter((path) => marks.test(read(path)))).toEqual([])
  })

  test('of the sources cast nothing by way of unknown', () => {
    expect(sources.filter((path) => / as unknown as /.test(read(path)))).toEqual([])
  })

  test('of dependencies are pinned by hash, not by where they were fetched', () => {
    expect(read('package-lock.json')).not.toContain('"resolved"')
  })
})

describe('every source file has its test', () => {
  /** Tested elsewhere, or nothing to test: by file, the test or the reason. */
  const elsewhere: Readonly<Record<string, string>> = {
    'recorder/entries.ts': 'types',
    'recorder/open.ts': 'test/recorder/recorder.test.ts',
    'recorder/record-file.ts': 'test/recorder/recorder.test.ts',
    'recorder/replay-file.ts': 'test/recorder/recorder.test.ts',
    'recorder/replay-peer.ts': 'test/recorder/replay.test.ts',
    'recorder/tap.ts': 'test/recorder/recording.test.ts',
    'transport/require.ts': 'test/actors/misuse.test.ts',
    'storage/require-metainfo.ts': 'test/actors/misuse.test.ts',
    'machines/torrent/living.ts': 'test/machines/explain/torrent.test.ts',
    'machines/persistence/snapshot-error.ts': 'test/machines/persistence/restorable.test.ts',
    'machines/peer/facts-codec.ts': 'test/machines/peer/model.test.ts',
    'machines/peer/value-codecs.ts': 'test/machines/peer/persistence.test.ts',
    'machines/peer/living.ts': 'test/machines/peer/selectors.test.ts',
    'actors/transport-services.ts': 'test/actors/misuse.test.ts',
    'actors/block-reading.ts': 'test/actors/storage.test.ts',
    'actors/listeners.ts': 'test/actors/misuse.test.ts',
    'actors/orderly.ts': 'test/actors/misuse.test.ts',
    'actors/handshake-bytes.ts': 'test/actors/transport.test.ts',
    'actors/held-back.ts': 'test/actors/limits.test.ts',
    'actors/negotiator.ts': 'test/actors/encryption.test.ts',
    'actors/wire-reports.ts': 'test/actors/transport.test.ts',
    'actors/outbound.ts': 'test/actors/transport.test.ts',
    'actors/peer-identity.ts': 'test/actors/misuse.test.ts',
    'actors/unheard.ts': 'test/actors/completion.test.ts',
    'actors/rechecking.ts': 'test/swarm/lost-data.test.ts',
    'actors/ticker-actor.ts': 'test/swarm/states.test.ts',
    'actors/version.ts': 'a constant',
    'machines/peer/actions/dialling.ts': 'test/machines/peer/regions/handshake.test.ts',
    'machines/torrent/vocabulary/unbound.ts': 'test/swarm/transports.test.ts',
    'transport/reached-address.ts': 'types',
    'machines/peer/actions/availability.ts': 'test/machines/peer/regions/availability.test.ts',
    'machines/peer/answers.ts': 'test/machines/peer/regions/talk.test.ts',
    'machines/peer/context.ts': 'test/machines/peer/regions/peer.test.ts',
    'machines/peer/delays.ts': 'test/tidy.test.ts',
    'machines/peer/events.ts': 'types',
    'machines/peer/heeding.ts': 'test/machines/peer/regions/talk.test.ts',
    'machines/peer/say.ts': 'test/machines/peer/regions/peer.test.ts',
    'transport/mse/negotiation-output.ts': 'types',
    'machines/peer/waits.ts': 'test/machines/peer/lateness.test.ts',
    'actors/torrent-options.ts': 'types',
    'transport/clock.ts': 'types',
    'machines/peer/actions/setup.ts': 'test/machines/peer/regions/peer.test.ts',
    'machines/peer/actions/steps.ts': 'test/machines/peer/regions/peer.test.ts',
    'machines/peer/facts.ts': 'types',
    'machines/peer/link.ts': 'types',
    'machines/peer/transport-commands.ts': 'types',
    'machines/peer/wire-events.ts': 'types',
    'machines/from-event.ts': 'test/machines/peer/regions/peer.test.ts',
    'machines/deciding.ts': 'test/machines/torrent/core/decide.test.ts',
    'machines/session/context.ts': 'types',
    'machines/session/commands.ts': 'test/machines/session/decide.test.ts',
    'machines/session/core.ts': 'test/machines/session/decide.test.ts',
    'machines/session/logic.ts': 'test/machines/session/session.test.ts',
    'machines/session/news.ts': 'types',
    'machines/session/events.ts': 'types',
    'machines/session/input.ts': 'types',
    'machines/session/session-event.ts': 'types',
    'machines/session/setup.ts': 'test/machines/session/session.test.ts',
    'machines/torrent/running-extensions/running.ts': 'test/swarm/extensions.test.ts',
    'machines/torrent/choking/super-seeding-mode.ts': 'test/machines/torrent/states/unchoking.test.ts',
    'machines/torrent/connections/broadcast-news.ts': 'test/machines/torrent/connections/broadcast.test.ts',
    'machines/torrent/core/coming-and-going.ts': 'test/swarm/connections.test.ts',
    'machines/torrent/connections/dialling.ts': 'test/machines/torrent/core/decide.test.ts',
    'machines/torrent/connections/leaving.ts': 'test/swarm/closing.test.ts',
    'machines/torrent/connections/newcomers.ts': 'test/machines/torrent/connections/admission.test.ts',
    'machines/torrent/connections/spawning.ts': 'test/machines/torrent/peers/peer-group.test.ts',
    'machines/torrent/vocabulary/commands.ts': 'test/machines/torrent/connections/turning-away.test.ts',
    'machines/torrent/core/pieces-standing.ts': 'test/machines/torrent/torrent.test.ts',
    'machines/torrent/choking/free-slots.ts': 'test/machines/torrent/choking/unchoke-slots.test.ts',
    'machines/torrent/connections/contacts.ts': 'test/swarm/pex.test.ts',
    'machines/torrent/core/metadata.ts': 'test/swarm/magnet.test.ts',
    'machines/torrent/core/unchoking.ts': 'test/machines/torrent/choking/unchoke-slots.test.ts',
    'machines/torrent/download/disk-backlog.ts': 'test/machines/torrent/download/downloading.test.ts',
    'machines/torrent/download/renouncing.ts': 'test/machines/torrent/core/withdrawing.test.ts',
    'machines/torrent/peers/telling-groups.ts': 'test/machines/torrent/pure.test.ts',
    'machines/torrent/vocabulary/actor-inputs.ts': 'types',
    'machines/torrent/core/super-seeding.ts': 'test/machines/torrent/states/unchoking.test.ts',
    'machines/torrent/vocabulary/basis.ts': 'types',
    'machines/torrent/choking/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/connections/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/content/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/download/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/running-extensions/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/peers/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/picking/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/resume/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/trust/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/upload/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/core/disk.ts': 'test/machines/torrent/core/withdrawing.test.ts',
    'machines/torrent/core/idle-codes.ts': 'types',
    'machines/torrent/core/logic.ts': 'test/machines/torrent/torrent.test.ts',
    'machines/torrent/vocabulary/news.ts': 'types',
    'machines/torrent/core/time.ts': 'test/machines/torrent/core/decide.test.ts',
    'machines/torrent/core/pieces-of-peers.ts': 'test/machines/torrent/download/interest.test.ts',
    'machines/torrent/download/deliveries.ts': 'test/machines/torrent/download/downloading.test.ts',
    'machines/torrent/vocabulary/found.ts': 'types',
    'machines/torrent/core/input.ts': 'test/machines/torrent/persistence.test.ts',
    'machines/torrent/core/memory.ts': 'test/machines/torrent/persistence.test.ts',
    'machines/torrent/vocabulary/recollection.ts': 'types',
    'machines/torrent/resume/saving.ts': 'test/machines/torrent/resume/resuming.test.ts',
    'machines/torrent/states/content.ts': 'test/machines/torrent/pure.test.ts',
    'machines/torrent/states/pacing.ts': 'test/machines/torrent/pure.test.ts',
    'machines/torrent/states/torrent-event.ts': 'types',
    'machines/torrent/upload/serving.ts': 'test/machines/torrent/upload/allowed-fast-grant.test.ts',
    'machines/torrent/states/context.ts': 'test/swarm/states.test.ts',
    'machines/torrent/vocabulary/emitted.ts': 'types',
    'machines/torrent/vocabulary/events.ts': 'types',
    'machines/extensions/extension.ts': 'types',
    'machines/torrent/picking/endgame-hold-ups.ts': 'test/swarm/hold-ups.test.ts',
    'machines/torrent/picking/endgame.ts': 'test/machines/torrent/picking/piece-picker.test.ts',
    'machines/torrent/upload/fast-serving.ts': 'test/machines/torrent/upload/allowed-fast-grant.test.ts',
    'machines/torrent/picking/free-blocks.ts': 'test/machines/torrent/picking/piece-picker.test.ts',
    'machines/torrent/picking/renew-picker.ts': 'test/swarm/magnet.test.ts',
    'machines/torrent/picking/picker-peer.ts': 'types',
    'machines/torrent/picking/piece-pool.ts': 'test/machines/torrent/picking/piece-picker.model.test.ts',
    'machines/torrent/peers/rejected-blocks.ts': 'test/swarm/exchange.test.ts',
    'machines/torrent/states/setup.ts': 'test/swarm/states.test.ts',
    'machines/torrent/states/steps.ts': 'test/swarm/states.test.ts',
    'storage/piece-reader.ts': 'test/storage/piece-storage.test.ts',
    'storage/torrent-files.ts': 'test/storage/metainfo.test.ts',
    'storage/store.ts': 'types',
    'transport/datagrams/datagrams.ts': 'types',
    'transport/datagrams/simulated-path.ts': 'test/transport/datagrams/simulated.test.ts',
    'transport/memory-connection.ts': 'test/transport/memory.test.ts',
    'transport/memory-pipe.ts': 'test/transport/memory.test.ts',
    'transport/socket-descriptor.ts': 'test/transport/tcp.test.ts',
    'transport/tcp-connection.ts': 'test/transport/tcp.test.ts',
    'transport/tcp-listener.ts': 'test/transport/tcp.test.ts',
    'transport/transport.ts': 'types, and a constant',
    'transport/utp/host.ts': 'types',
    'transport/utp/life.ts': 'types',
    'actors/utp-transport.ts': 'test/swarm/utp.test.ts',
    'transport/utp/sockets.ts': 'test/transport/utp/utp.test.ts',
    'transport/utp/link.ts': 'test/transport/utp/endpoint.test.ts',
    'transport/utp/delivery.ts': 'test/transport/utp/ledbat-stream.test.ts',
    'transport/utp/keep-alive.ts': 'test/transport/utp/ledbat-stream.test.ts',
    'transport/utp/outgoing.ts': 'test/transport/utp/ledbat-stream.test.ts',
    'transport/utp/congestion.ts': 'test/transport/utp/throughput.test.ts',
    'transport/utp/reordering.ts': 'test/transport/utp/throughput.test.ts',
    'transport/utp/output.ts': 'test/transport/utp/ledbat-stream.test.ts',
    'transport/utp/sender.ts': 'test/transport/utp/ledbat-stream.test.ts',
    'transport/utp/owner-stage.ts': 'types',
    'transport/utp/stream.ts': 'types',
    'transport/utp/stream-timer.ts': 'test/transport/utp/ledbat-stream.test.ts',
    'transport/wire/extended/extensions-max.ts': 'a constant',
    'actors/built-in-extensions.ts': 'test/swarm/holepunch.test.ts',
    'machines/extensions/holepunch-relay.ts': 'test/actors/extensions/ut-holepunch.test.ts',
    'machines/extensions/holepunch-search.ts': 'test/actors/extensions/ut-holepunch.test.ts',
    'machines/extensions/per-minute.ts': 'test/actors/extensions/ut-holepunch.test.ts',
    'machines/extensions/whereabouts.ts': 'test/actors/extensions/ut-holepunch.test.ts',
    'machines/torrent/core/holepunching.ts': 'test/swarm/holepunch.test.ts',
    'transport/wire/extended/compact-address.ts': 'test/transport/wire/extended/ut-pex.test.ts',
    'transport/wire/extended/pex-limits.ts': 'constants',
    'transport/wire/frame.ts': 'test/transport/wire/encode.test.ts',
    'transport/wire/messages.ts': 'types',
    'transport/wire/sink.ts': 'types',
    'transport/wire/turn-cost.ts': 'test/transport/wire/reader.test.ts',
    'transport/wire/violation.ts': 'types',
    'testing/transport/content.ts': 'test/transport/memory.test.ts',
    'testing/index.ts': 'test/docs/api.test.ts',
    'testing/transport/test-case.ts': 'types',
    'testing/transport/back-pressure.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/case.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/destroying.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/ending.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/failing.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/listening.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/opening.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/end-of-connection.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/scene.ts': 'test/testing/transport/transport-cases.test.ts',
    'testing/transport/suite.ts': 'types',
  }

  test('or says where', () => {
    const untested = filesBelow('machines', 'actors', 'transport', 'storage', 'recorder', 'testing').filter(
      (path) => !existsSync(join(root, 'test', path.replace(/\.ts$/, '.test.ts'))),
    )
    expect(untested.sort()).toEqual(Object.keys(elsewhere).sort())
  })

  test('that is there', () => {
    const tests = Object.values(elsewhere).filter((reason) => reason.startsWith('test/'))
    expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

/** What the walk needs of a state, as XState compiles it. */
interface StateNode {
  readonly entry: readonly Named[]
  readonly exit: readonly Named[]
  readonly invoke: readonly { readonly src: unknown }[]
  readonly always?: readonly Transition[] | undefined
  readonly transitions: ReadonlyMap<string, readonly Transition[]>
  readonly states: Readonly<Record<string, StateNode>>
}
interface Transition {
  readonly actions: readonly Named[]
  readonly guard?: Named | undefined
}
/** An action or a guard as a chart refers to it. */
type Named = unknown

const subtree = (node: StateNode): StateNode[] => [node, ...Object.values(node.states).flatMap(subtree)]
const transitionsOf = (node: StateNode): Transition[] => [...node.transitions.values(), node.always ?? []].flat()
const actionsOf = (node: StateNode): Named[] => [
  ...node.entry,
  ...node.exit,
  ...transitionsOf(node).flatMap(({ actions }) => actions),
]
const guardsOf = (node: StateNode): Named[] =>
  transitionsOf(node).flatMap(({ guard }) => (guard === undefined ? [] : [guard]))
const nameOf = (named: Named): string =>
  typeof named === 'string' ? named : ((named as { readonly type?: string }).type ?? 'a function without a name')
/** Those of XState that stand behind `after` aside. */
const namesOf = (named: readonly Named[]): string[] =>
  [...new Set(named.map(nameOf))].filter((name) => !name.startsWith('xstate.')).sort()

describe.each([peerMachine, torrentMachine, peerGroupMachine, sessionMachine, utpConnectionMachine])(
  'the chart $id',
  (machine) => {
    const states = subtree(machine.root)

    test('uses the actions it implements, by name, and no others', () => {
      expect(namesOf(states.flatMap(actionsOf))).toEqual(Object.keys(machine.implementations.actions).sort())
    })

    test('uses the guards it implements, by name, and no others', () => {
      expect(namesOf(states.flatMap(guardsOf))).toEqual(Object.keys(machine.implementations.guards).sort())
    })

    test('invokes actors it names', () => {
      const invoked = states.flatMap(({ invoke }) => invoke.map(({ src }) => src))
      expect(Object.keys(machine.implementations.actors)).toEqual(expect.arrayContaining(invoked))
    })
  },
)

describe('timers of a peer', () => {
  const started = new Set(
    subtree(peerMachine.root)
      .flatMap(actionsOf)
      .filter((action) => nameOf(action) === 'startTimer')
      .map((action) => (action as { readonly params: { readonly name: string } }).params.name),
  )

  test('that are started have a length in delays.ts and are taken by the chart when they fire', () => {
    expect(started.size).toBeGreaterThan(0)
    for (const name of started) {
      expect(delayedTimers).toHaveProperty(name)
      expect(peerMachine.events).toContain(`timer.${name}`)
    }
  })

  test('that delays.ts names are all used', () => {
    const code = filesBelow('machines', 'actors').map(read).join('\n')
    expect(Object.keys(delays).filter((key) => !code.includes(`delays.${key}`))).toEqual([])
    expect(Object.keys(delayedTimers).filter((name) => !started.has(name))).toEqual([])
  })
})

describe('reasons why a connection ended', () => {
  const wordsOf = (text: string): string[] => [...text.matchAll(/'([a-z_]+)'/g)].map(([, word = '']) => word)
  const union = (path: string, name: string): string[] =>
    wordsOf(
      new RegExp(`type ${name} =([^]*?)\\n(?=\\n|$|/\\*\\*)`).exec(read(path))?.[1]?.replace(/\['code'\]/, '') ?? '',
    )
  const reasons = 'machines/peer/close-reason.ts'
  const bySource: Readonly<Record<string, readonly string[]>> = {
    remote: [
      ...union('transport/wire/violation.ts', 'WireViolationCode'),
      ...union('transport/mse/negotiation-output.ts', 'NegotiationFailure'),
      ...union(reasons, 'ExtensionFault'),
      ...union(reasons, 'RemoteFault'),
    ].filter((code) => code !== 'unknown_torrent'),
    local: union(reasons, 'LocalChoice'),
    transport: wordsOf(/readonly code: ([^\n]*)/.exec(read('transport/transport.ts'))?.[1] ?? ''),
    timeout: union(reasons, 'Timeout'),
  }

  test.each(Object.entries(bySource))('with the source %s are listed in docs/operations.md', (source, codes) => {
    const row = read('docs/operations.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${source}\``))
    const listed = [...(row?.split('|')[2] ?? '').matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code)
    expect(codes.length).toBeGreaterThan(2)
    expect(listed.sort()).toEqual([...codes].sort())
  })

  test.each(Object.entries(bySource))('with the source %s all happen', (_, codes) => {
    const declared = [reasons, 'machines/peer/events.ts', 'transport/wire/violation.ts', 'transport/transport.ts']
    const code = filesBelow('machines', 'actors', 'transport')
      .filter((path) => !declared.includes(path))
      .map(read)
      .join('\n')
    expect(codes.filter((word) => !code.includes(`'${word}'`))).toEqual([])
  })
})
