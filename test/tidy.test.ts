import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dhtMachine } from '../machines/dht/dht.ts'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import { delayedTimers, delays } from '../machines/peer/vocabulary/delays.ts'
import { sessionMachine } from '../machines/session/session.ts'
import { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../machines/torrent/torrent.ts'
import { trackerMachine } from '../machines/tracker/tracker.ts'
import { utpConnectionMachine } from '../machines/utp-connection/utp-connection.ts'
import { webSeedMachine } from '../machines/web-seed/web-seed.ts'
import { filesBelow, type Import, importsOf, library, read, root, sources } from './source-tree.ts'

/** The rules of the house that a program can check. */

const everything = [...sources, ...filesBelow('bench', 'fuzz', 'mutants', 'scripts', 'test')]

const layerOf = (path: string): string => path.split('/')[0] ?? path
const isOurs = (path: string): boolean => /\.(tsx?|mjs|js)$/.test(path)
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
          'transport/port.ts',
          'transport/require.ts',
          'transport/wire/extended/extensions-max.ts',
          'transport/wire/extended/lt-donthave.ts',
          'transport/wire/extended/metadata-pieces.ts',
          'transport/wire/extended/pex-flags.ts',
          'transport/wire/extended/pex-limits.ts',
          'transport/web-seed/failure.ts',
          'transport/web-seed/waiting-requests.ts',
          'transport/web-seed/web-seed-address.ts',
          'transport/web-seed/web-seed-content.ts',
          'transport/wire/frame-limit.ts',
        ],
        types: ['transport'],
      },
      actors: { values: ['machines', 'transport', 'storage'], types: [] },
      diagram: { values: ['machines', 'transport/require.ts'], types: [] },
      inspector: { values: ['diagram', 'machines', 'transport/address.ts', 'transport/port.ts'], types: ['transport'] },
      recorder: { values: ['actors/version.ts', 'machines', 'transport'], types: ['actors'] },
      conformance: {
        values: [
          'machines',
          'testing/model/explore.ts',
          'testing/model/stepper.ts',
          'testing/peer/legal-events.ts',
          'testing/peer/model.ts',
          'testing/remote/bare-remote.ts',
          'testing/remote/describe.ts',
          'testing/remote/encode-messages.ts',
          'testing/remote/extended-messages.ts',
          'transport',
        ],
        types: ['storage', 'testing'],
      },
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
      simulator: { values: ['actors', 'machines', 'transport', 'storage'], types: [] },
      testing: { values: ['diagram', 'machines', 'transport', 'storage/metainfo.ts'], types: ['storage'] },
      cli: {
        values: ['index.ts', 'conformance/suite/open.ts', 'diagram', 'simulator/index.ts', 'simulator/threads/open.ts'],
        types: ['conformance', 'machines', 'transport', 'storage'],
      },
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
  test.each([...library, 'inspector', 'conformance', 'simulator', 'index.ts'])(
    'of %s have a docstring each',
    (layer) => {
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
    },
  )

  test('stand at their declarations, so that a docstring can', () => {
    const lists = sources.filter(
      (path) => path !== 'index.ts' && /^export (\{[^}]*\}(?! from)|default )/m.test(read(path)),
    )
    expect(lists).toEqual([])
  })

  test.each(['index.ts', 'simulator/index.ts', 'testing/index.ts', 'testing/fast-check/index.ts'])(
    'of %s are re-exports only',
    (path) => {
      const rest = read(path).replace(/^export (type )?(\{[^}]*\}|\* as \w+) from '[^']+'$/gm, '')
      expect(rest.trim()).toMatch(/^\/\/ .*$/)
    },
  )

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
      (path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|model|long|d|config))*\.(tsx?|mjs)$/.test(basename(path)),
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
    'conformance/case.ts': 'types',
    'conformance/client.ts': 'types',
    'conformance/greeting.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/suite/open.ts': 'test/cli/commands/conformance.test.ts',
    'conformance/peer.ts': 'test/conformance/broken.test.ts',
    'conformance/probe.ts': 'test/conformance/run.test.ts',
    'conformance/remote.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/scene.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/transcript.ts': 'test/conformance/broken.test.ts',
    'conformance/verdict.ts': 'test/conformance/broken.test.ts',
    'conformance/waits.ts': 'constants',
    'conformance/cases/answers.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/cancel.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/dict-and-rest.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/encryption.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/extended.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/fast.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/fields.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/frames.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/leech.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/messages.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/metadata.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/model.ts': 'test/conformance/broken.test.ts',
    'conformance/cases/pex.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/requests.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/serving.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/wrong-serving.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/handshake.ts': 'test/conformance/suite/suite.test.ts',
    'conformance/cases/large-requests.ts': 'test/conformance/suite/suite.test.ts',
    'recorder/open.ts': 'test/recorder/recorder.test.ts',
    'recorder/record-file.ts': 'test/recorder/recorder.test.ts',
    'recorder/replay-file.ts': 'test/recorder/recorder.test.ts',
    'recorder/replay-peer.ts': 'test/recorder/replay.test.ts',
    'recorder/tap.ts': 'test/recorder/recording.test.ts',
    'transport/require.ts': 'test/actors/misuse.test.ts',
    'storage/require-metainfo.ts': 'test/actors/misuse.test.ts',
    'machines/torrent/living.ts': 'test/machines/explain/torrent.test.ts',
    'machines/persistence/snapshot-error.ts': 'test/machines/persistence/restorable.test.ts',
    'machines/peer/persistence/facts-codec.ts': 'test/machines/peer/model.test.ts',
    'machines/peer/persistence/value-codecs.ts': 'test/machines/peer/persistence/persistence.test.ts',
    'machines/peer/living.ts': 'test/machines/peer/selectors.test.ts',
    'actors/transport-services.ts': 'test/actors/misuse.test.ts',
    'actors/adding-sources.ts': 'test/actors/misuse.test.ts',
    'actors/block-reading.ts': 'test/actors/storage.test.ts',
    'actors/listeners.ts': 'test/actors/misuse.test.ts',
    'actors/orderly.ts': 'test/actors/misuse.test.ts',
    'actors/file-stream.ts': 'test/swarm/reading.test.ts',
    'actors/handshake-bytes.ts': 'test/actors/transport.test.ts',
    'actors/held-back.ts': 'test/actors/limits.test.ts',
    'actors/negotiator.ts': 'test/actors/encryption.test.ts',
    'actors/wire-reports.ts': 'test/actors/transport.test.ts',
    'actors/outbound.ts': 'test/actors/transport.test.ts',
    'machines/torrent/core/moving.ts': 'test/actors/moving.test.ts',
    'machines/torrent/states/place.ts': 'test/actors/moving.test.ts',
    'storage/copy-file.ts': 'test/storage/movable-store.test.ts',
    'storage/gate.ts': 'test/storage/movable-store.test.ts',
    'storage/move-files.ts': 'test/storage/settle-move.test.ts',
    'storage/move-journal.ts': 'test/storage/settle-move.test.ts',
    'storage/moved-watch.ts': 'test/storage/movable-store.test.ts',
    'storage/open-file-store.ts': 'test/storage/file-store.test.ts',
    'storage/replace-file.ts': 'test/storage/resume-file.test.ts',
    'actors/torrent-standing.ts': 'types',
    'actors/unheard.ts': 'test/actors/completion.test.ts',
    'actors/rechecking.ts': 'test/swarm/lost-data.test.ts',
    'actors/ticker-actor.ts': 'test/swarm/states.test.ts',
    'actors/version.ts': 'a constant',
    'machines/torrent/vocabulary/unbound.ts': 'test/swarm/transports.test.ts',
    'transport/reached-address.ts': 'types',
    'machines/peer/actions/availability.ts': 'test/machines/peer/regions/availability.test.ts',
    'actors/scraping.ts': 'test/swarm/trackers.test.ts',
    'machines/peer/actions/extended.ts': 'test/machines/peer/regions/extended.test.ts',
    'machines/peer/talk/answers.ts': 'test/machines/peer/regions/talk.test.ts',
    'machines/peer/vocabulary/context.ts': 'test/machines/peer/regions/peer.test.ts',
    'machines/peer/vocabulary/delays.ts': 'test/tidy.test.ts',
    'machines/peer/vocabulary/events.ts': 'types',
    'machines/peer/talk/heeding.ts': 'test/machines/peer/regions/talk.test.ts',
    'machines/peer/actions/say.ts': 'test/machines/peer/regions/peer.test.ts',
    'transport/mse/negotiation-output.ts': 'types',
    'machines/peer/vocabulary/waits.ts': 'test/machines/peer/blocks/lateness.test.ts',
    'actors/torrent-options.ts': 'types',
    'transport/clock.ts': 'types',
    'machines/peer/actions/setup.ts': 'test/machines/peer/regions/peer.test.ts',
    'machines/peer/actions/steps.ts': 'test/machines/peer/regions/peer.test.ts',
    'machines/peer/vocabulary/facts.ts': 'types',
    'machines/peer/vocabulary/link.ts': 'types',
    'machines/peer/vocabulary/transport-commands.ts': 'types',
    'machines/peer/vocabulary/wire-events.ts': 'types',
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
    'machines/torrent/connections/dial-share.ts': 'test/machines/torrent/connections/dialling.test.ts',
    'machines/torrent/connections/standings.ts': 'test/machines/torrent/connections/close-for-others.test.ts',
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
    'actors/file-handles.ts': 'test/swarm/files.test.ts',
    'machines/torrent/core/reading.ts': 'test/swarm/reading.test.ts',
    'machines/torrent/vocabulary/file-priority.ts': 'test/machines/torrent/content/selection.test.ts',
    'storage/sync-folder.ts': 'test/storage/resume-file.test.ts',
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
    'machines/torrent/vocabulary/news.ts': 'types',
    'machines/torrent/core/time.ts': 'test/machines/torrent/core/decide.test.ts',
    'machines/torrent/core/pieces-of-peers.ts': 'test/machines/torrent/download/interest.test.ts',
    'machines/torrent/download/deliveries.ts': 'test/machines/torrent/download/downloading.test.ts',
    'machines/torrent/vocabulary/found.ts': 'types',
    'machines/torrent/core/input.ts': 'test/machines/torrent/persistence.test.ts',
    'machines/torrent/core/memory.ts': 'test/machines/torrent/persistence.test.ts',
    'machines/torrent/vocabulary/recollection.ts': 'types',
    'machines/torrent/reading/slice.ts': 'test/machines/torrent/rooms.test.ts',
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
    'machines/torrent/picking/receipt.ts': 'test/machines/torrent/picking/piece-picker.test.ts',
    'machines/torrent/picking/renew-picker.ts': 'test/swarm/magnet.test.ts',
    'machines/torrent/picking/picker-peer.ts': 'types',
    'machines/torrent/picking/piece-pool.ts': 'test/machines/torrent/picking/piece-picker.model.test.ts',
    'machines/torrent/peers/rejected-blocks.ts': 'test/swarm/exchange.test.ts',
    'machines/torrent/states/setup.ts': 'test/swarm/states.test.ts',
    'machines/torrent/states/steps.ts': 'test/swarm/states.test.ts',
    'actors/peer-limits.ts': 'test/actors/limits.test.ts',
    'actors/announcing.ts': 'test/swarm/trackers.test.ts',
    'actors/dht-summary.ts': 'test/swarm/dht.test.ts',
    'machines/dht/events.ts': 'types',
    'machines/dht/delays.ts': 'test/machines/dht/dht.test.ts',
    'machines/dht/setup.ts': 'test/machines/dht/dht.test.ts',
    'machines/torrent/searching/dht-view.ts': 'test/swarm/dht.test.ts',
    'machines/torrent/searching/searching.ts': 'test/swarm/dht.test.ts',
    'machines/torrent/searching/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/tracker/events.ts': 'types',
    'machines/tracker/setup.ts': 'test/machines/tracker/tracker.test.ts',
    'machines/torrent/announcing/announcing.ts': 'test/swarm/trackers.test.ts',
    'machines/torrent/announcing/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/announcing/standing.ts': 'test/swarm/trackers.test.ts',
    'machines/web-seed/events.ts': 'types',
    'machines/web-seed/setup.ts': 'test/machines/web-seed/web-seed.test.ts',
    'machines/web-seed/delays.ts': 'test/machines/web-seed/web-seed.test.ts',
    'machines/torrent/web-seeds/slice.ts': 'test/machines/torrent/core/core.test.ts',
    'machines/torrent/web-seeds/web-seeds.ts': 'test/swarm/web-seeds.test.ts',
    'machines/torrent/web-seeds/web-seed-list.ts': 'test/swarm/web-seeds.test.ts',
    'transport/pinned-lookup.ts': 'test/transport/tracker/http.test.ts',
    'transport/redirect.ts': 'test/transport/tracker/announce-to.test.ts',
    'transport/url-credentials.ts': 'test/transport/tracker/tracker-url.test.ts',
    'transport/web-seed/block-filler.ts': 'test/transport/web-seed/web-seed-connection.test.ts',
    'transport/web-seed/delays.ts': 'constants',
    'transport/web-seed/delivery.ts': 'test/transport/web-seed/web-seed-connection.test.ts',
    'transport/web-seed/failure.ts': 'test/machines/web-seed/web-seed.test.ts',
    'transport/web-seed/http.ts': 'types',
    'transport/web-seed/network.ts': 'types',
    'transport/web-seed/places.ts': 'test/transport/web-seed/web-seed-connection.test.ts',
    'transport/web-seed/run-fetch.ts': 'test/transport/web-seed/web-seed-connection.test.ts',
    'transport/web-seed/web-seed-address.ts': 'test/transport/web-seed/web-seed-connection.test.ts',
    'transport/tracker/announce.ts': 'types, and constants',
    'transport/tracker/http-announce.ts': 'test/transport/tracker/announce-to.test.ts',
    'transport/tracker/network.ts': 'types',
    'transport/tracker/udp-packets.ts': 'test/transport/tracker/udp-announce.test.ts',
    'transport/tracker/network-error.ts': 'test/transport/tracker/http.test.ts',
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
    'testing/dht/model.ts': 'test/machines/dht/model.test.ts',
    'testing/model/connection.ts': 'a constant',
    'testing/model/inert-core.ts': 'test/testing/models.test.ts',
    'testing/model/nobody.ts': 'a constant',
    'testing/model/traversal.ts': 'test/testing/models.test.ts',
    'testing/model/watch.ts': 'test/testing/torrent/rules.test.ts',
    'testing/session/model.ts': 'test/machines/session/model.test.ts',
    'testing/torrent/events.ts': 'test/machines/torrent/model.test.ts',
    'testing/torrent/invariants.ts': 'test/machines/torrent/model.test.ts',
    'testing/torrent/model.ts': 'test/machines/torrent/model.test.ts',
    'testing/tracker/model.ts': 'test/machines/tracker/model.test.ts',
    'testing/utp-connection/model.ts': 'test/machines/utp-connection/model.test.ts',
    'testing/web-seed/model.ts': 'test/machines/web-seed/model.test.ts',
    'simulator/run/content.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/digest.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/disk.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/index.ts': 'test/docs/api.test.ts',
    'simulator/run/member.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/notes.ts': 'types',
    'simulator/run/options.ts': 'types',
    'simulator/run/part.ts': 'test/simulator/run/lockstep.test.ts',
    'simulator/run/process-clock.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/random-pick.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/records.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/report.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/result.ts': 'types',
    'simulator/run/roster.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/scenario.ts': 'types, and a constant',
    'simulator/run/sum-of.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/tracker.ts': 'test/simulator/run/simulate.test.ts',
    'simulator/run/virtual-time.ts': 'test/swarm/whole.test.ts',
    'simulator/run/world.ts': 'types',
    'simulator/network/access-link.ts': 'test/simulator/network/network.test.ts',
    'simulator/network/datagram-lines.ts': 'test/simulator/network/network.test.ts',
    'simulator/network/inflow.ts': 'test/simulator/network/network.test.ts',
    'simulator/network/outflow.ts': 'test/simulator/network/network.test.ts',
    'simulator/network/packet.ts': 'test/simulator/run/mailbag.test.ts',
    'simulator/network/stream-end.ts': 'test/simulator/network/network.test.ts',
    'simulator/threads/exchange.ts': 'test/simulator/threads/simulate-on-threads.test.ts',
    'simulator/threads/open.ts': 'nothing but names',
    'simulator/threads/part-thread.ts': 'test/simulator/threads/simulate-on-threads.test.ts',
    'testing/transport/content.ts': 'test/transport/memory.test.ts',
    'testing/index.ts': 'test/docs/api.test.ts',
    'testing/model/coverage.ts': 'test/testing/model/explore.test.ts',
    'testing/model/report.ts': 'test/testing/model/explore.test.ts',
    'testing/model/stepper.ts': 'test/testing/model/explore.test.ts',
    'testing/peer/events.ts': 'test/machines/peer/model.test.ts',
    'testing/peer/invariants.ts': 'test/machines/peer/model.test.ts',
    'testing/fast-check/index.ts': 'test/docs/api.test.ts',
    'testing/fast-check/extended-messages.ts': 'test/testing/fast-check/messages.test.ts',
    'testing/fast-check/piece-sets.ts': 'test/testing/fast-check/torrents.test.ts',
    'testing/peer/legal-events.ts': 'test/testing/fast-check/peer-events.test.ts',
    'testing/remote/bare-remote.ts': 'test/testing/remote/scripted-remote.test.ts',
    'testing/remote/describe.ts': 'test/conformance/broken.test.ts',
    'testing/remote/encode-messages.ts': 'test/testing/remote/scripted-remote.test.ts',
    'testing/remote/extended-messages.ts': 'test/testing/remote/scripted-remote.test.ts',
    'testing/remote/heard.ts': 'test/testing/remote/scripted-remote.test.ts',
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
    const untested = filesBelow(
      'machines',
      'actors',
      'transport',
      'storage',
      'recorder',
      'conformance',
      'testing',
      'simulator',
    ).filter((path) => !existsSync(join(root, 'test', path.replace(/\.ts$/, '.test.ts'))))
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

describe.each([
  peerMachine,
  torrentMachine,
  peerGroupMachine,
  sessionMachine,
  trackerMachine,
  webSeedMachine,
  dhtMachine,
  utpConnectionMachine,
])('the chart $id', (machine) => {
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
})

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
  const reasons = 'machines/peer/vocabulary/close-reason.ts'
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
    const declared = [
      reasons,
      'machines/peer/vocabulary/events.ts',
      'transport/wire/violation.ts',
      'transport/transport.ts',
    ]
    const code = filesBelow('machines', 'actors', 'transport')
      .filter((path) => !declared.includes(path))
      .map(read)
      .join('\n')
    expect(codes.filter((word) => !code.includes(`'${word}'`))).toEqual([])
  })
})
