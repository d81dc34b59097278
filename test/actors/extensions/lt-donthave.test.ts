import { expect, test } from 'vitest'
import { ltDonthave } from '../../../actors/extensions/lt-donthave.ts'
import { encodeDonthave } from '../../../transport/wire/extended/lt-donthave.ts'
import { connection, run, says } from './acquaintances.ts'

test('a piece that is withdrawn is a piece that the peer has no more (BEP 54)', () => {
  const { wishes, tell } = run(ltDonthave())
  const { ref, opened } = connection(1, '10.0.0.2')
  ref.send({ type: 'wire.have_all' })
  tell(opened, says(1, encodeDonthave(3)))
  expect([ref.getSnapshot().context.pieces.has(3), ref.getSnapshot().context.pieces.count]).toEqual([false, 9])
  expect(wishes()).toEqual([])
})

test('a message of another length is malformed', () => {
  const { wishes, tell } = run(ltDonthave())
  tell(connection(1, '10.0.0.2').opened, says(1, Uint8Array.of(0, 0, 3)))
  expect(wishes()).toEqual([{ type: 'extension.fault', peer: 1, code: 'extension_malformed' }])
})
