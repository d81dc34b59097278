import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { initialTransition, transition } from 'xstate'
import { Layout } from '../../machines/layout.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import { writings } from '../../transport/wire/message-table.ts'
import { section } from '../docs/manual.ts'

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
const readme = await read('machines/README.md')
const quoted = (text = ''): string[] => [...text.matchAll(/`([a-z_.]+)`/g)].map(([, word = '']) => word)

/** Every event of the tables with the regions its row names. */
const rows = section('machines/README.md', 'From an event to its region and tests')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').slice(1, -1))
  .flatMap((cells) => quoted(cells.at(-2)).map((event) => [event, quoted(cells.at(-1))] as const))

interface StateNode {
  readonly transitions: ReadonlyMap<string, unknown>
  readonly states: Readonly<Record<string, StateNode>>
}
const takes = (node: StateNode, event: string): boolean =>
  node.transitions.has(event) || Object.values(node.states).some((child) => takes(child, event))

describe('machines/README.md', () => {
  test('lists every event that a peer hears, once', async () => {
    const declared = `${await read('machines/peer/vocabulary/events.ts')}${await read('machines/peer/vocabulary/wire-events.ts')}`
    const others = declared.matchAll(/readonly type: '((?:wire|transport|mse|timer|torrent)\.\w+)'/g)
    const messages = Object.values(writings).map(({ received }) => received)
    const events = [...messages, ...Array.from(others, ([, event = '']) => event)]
    expect(rows.map(([event]) => event).sort()).toEqual(events.sort())
  })

  test.each(rows)('says which regions take %s', (event, regions) => {
    const taking = Object.entries(peerMachine.root.states).filter(([, region]) => takes(region, event))
    expect(regions).toEqual(taking.map(([name]) => name))
  })

  test('drives a peer by hand as it shows', async () => {
    // The five lines of the page; that they are the same is checked below.
    const layout = new Layout({ pieceLength: 32_768, length: 65_536 })
    const link = { address: { host: '192.0.2.1', port: 6881 }, direction: 'out', kind: 'tcp' } as const
    const input = { peer: 0, link, at: 0, infoHash: 'aa'.repeat(20), layout, peerId: '11'.repeat(20) }
    const [dialling] = initialTransition(peerMachine, input)
    const [connected, actions] = transition(peerMachine, dialling, { type: 'transport.opened' })

    expect(dialling.value.handshake).toEqual({ connecting: 'trying' })
    expect(connected.value).toMatchObject({ handshake: 'negotiating', encryption: 'key_exchange' })
    expect(actions.map(({ params }) => params)).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ type: 'link.offer_encryption' }) }),
    )
    const own = await read('test/machines/readme.test.ts')
    const shown = /^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1]?.trimEnd().split('\n') ?? []
    expect(shown).toHaveLength(5)
    expect(own).toContain(shown.map((line) => `    ${line}`).join('\n'))
  })
})
