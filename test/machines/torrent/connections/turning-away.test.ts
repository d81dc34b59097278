import { expect, test } from 'vitest'
import { isVain } from '../../../../machines/torrent/connections/reconnects.ts'
import { turnAway } from '../../../../machines/torrent/connections/turning-away.ts'
import { memoryPair } from '../../../../transport/memory.ts'
import { seededRandom } from '../../../../transport/random.ts'
import { SimulatedClock } from '../../../../transport/simulated-clock.ts'
import { openPeer, requestingPeer, someBlocks } from '../../peer/drive.ts'
import { downloading } from '../a-torrent.ts'

test('a host that is turned away is told of once a row, as a connection that was closed before it sent anything', () => {
  const { core } = downloading()
  const [, connection] = memoryPair({ clock: new SimulatedClock(), random: seededRandom(1) })
  const knock = () => turnAway(core, connection)
  expect(knock()).toBeUndefined()
  for (let i = 0; i < 1_000; i++) core.reconnects.noteVain(connection.remote, 0)
  const { remote: address } = connection
  const peer = { address, direction: 'in', state: 'closed', reason: 'local.reconnecting_too_often' }
  const told = { tell: 'chart', event: { type: 'core.emitted', news: [{ type: 'peer', peer }] } }
  const refused = { tell: 'chart', event: { type: 'listener.refuse', connection } }
  expect([knock(), knock()]).toMatchObject([[told, refused], [refused]])
})

test('a connection came to nothing when no block was moved on it, unless it ended as we stopped', () => {
  const leaves = { type: 'transport.closed', end: { code: 'reset' } } as const
  const left = openPeer()
  left.take(leaves)
  expect(isVain(left.snapshot)).toBe(true)
  for (const code of ['stopped', 'super_seeding'] as const) {
    const ended = openPeer()
    ended.take({ type: 'torrent.close', code })
    expect(isVain(ended.snapshot)).toBe(false)
  }
  const [block] = someBlocks(1)
  if (!block) throw new Error('no block')
  const useful = requestingPeer([block])
  useful.take({ type: 'wire.piece', blocks: [{ ...block, data: new Uint8Array(block.length) }], at: 1 }, leaves)
  expect(isVain(useful.snapshot)).toBe(false)
})
