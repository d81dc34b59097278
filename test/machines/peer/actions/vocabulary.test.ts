import { expect, test } from 'vitest'
import { createActor } from 'xstate'
import { peerMachine } from '../../../../machines/peer/regions/peer.ts'
import { infoHash, layout, ourPeerId } from '../drive.ts'

test('a peer without a transport says which actor it misses', () => {
  const link = { address: { host: '10.0.0.2', port: 6881 }, direction: 'out', kind: 'memory' } as const
  const actor = createActor(peerMachine, { input: { peer: 0, link, at: 0, infoHash, layout, peerId: ourPeerId } })
  const errors: unknown[] = []
  actor.subscribe({ error: (error) => errors.push(error) })
  actor.start()
  expect(errors).toMatchObject([{ message: expect.stringContaining('provide the actor "transport"') }])
})
