import { describe, expect, test } from 'vitest'
import { drawings } from '../../diagram/committed-drawings.ts'
import { dhtMachine } from '../../machines/dht/dht.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import { torrentMachine } from '../../machines/torrent/torrent.ts'
import { trackerMachine } from '../../machines/tracker/tracker.ts'
import { utpConnectionMachine } from '../../machines/utp-connection/utp-connection.ts'
import { webSeedMachine } from '../../machines/web-seed/web-seed.ts'
import { below, codeIn, page, rowsOf, section } from './manual.ts'

const statecharts = 'docs/statecharts.md'

interface StateNode {
  readonly path: readonly string[]
  readonly always?: readonly { readonly guard?: unknown }[] | undefined
  readonly states: Readonly<Record<string, StateNode>>
}

/** The states in which a machine can rest: those that nothing is inside of, and that are not left at once in every case. */
const restingStates = (node: StateNode): string[] => {
  const children = Object.values(node.states)
  if (children.length > 0) return children.flatMap(restingStates)
  return node.always?.some(({ guard }) => guard === undefined) ? [] : [node.path.join('.')]
}

describe('the regions of a peer', () => {
  const rows = rowsOf(section(statecharts, 'A peer'))
  const regions = Object.entries(peerMachine.root.states)

  test('are listed in the order of the chart', () => {
    expect(rows.map((row) => codeIn(row.split('|')[1])[0])).toEqual(regions.map(([name]) => name))
  })

  test.each(regions)('%s is listed with its states', (_, region) => {
    const row = rows.find((one) => codeIn(one.split('|')[1])[0] === region.key)
    const words: readonly string[] = row?.split('|')[2]?.match(/\w+/g) ?? []
    expect(Object.keys(region.states).filter((state) => !words.includes(state))).toEqual([])
  })
})

describe('each region is shown at a size that a page of text can show', () => {
  const shown = drawings.filter(({ region, outline }) => region !== undefined || outline).map(({ file }) => file)

  test('of a peer', () => {
    expect(shown).toEqual(
      expect.arrayContaining(Object.keys(peerMachine.states).map((name) => `docs/peer/${name}.svg`)),
    )
  })

  test('of a torrent, also of its state active', () => {
    const own = Object.keys(torrentMachine.states)
    const ofActive = Object.keys(torrentMachine.states.life?.states.active?.states ?? {})
    expect(ofActive).toHaveLength(5)
    const paths = [...own, ...ofActive.map((name) => `life/active/${name}`)]
    expect(shown).toEqual(expect.arrayContaining(paths.map((path) => `docs/torrent/${path}.svg`)))
  })

  test.each(shown)('in %s', (file) => {
    expect(page(statecharts)).toContain(`(${file.replace('docs/', '')})`)
  })
})

test.each([
  ['a torrent', torrentMachine.root],
  ['a tracker', trackerMachine.root],
  ['a web seed', webSeedMachine.root],
  ["a torrent's searches in the DHT", dhtMachine.root],
  ['a uTP connection', utpConnectionMachine.root],
])('the states of %s are listed in the order of the chart', (what, root) => {
  const rows = rowsOf(below(statecharts, `states of ${what}`))
  expect(rows.map((row) => codeIn(row.split('|')[1])[0])).toEqual(restingStates(root))
})
