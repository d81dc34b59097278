import { expect, it } from 'vitest'
import { messageTable } from '../../../transport/wire/message-table.ts'
import { hex } from './record.ts'

it('a payload is read where it stands, numbers as unsigned', () => {
  const bytes = hex('ffff 80000001 1ae1 03 c0 ffff')
  const { have, port, extended, bitfield, have_none } = messageTable
  expect(have.read(bytes, 2, 6)).toEqual({ index: 0x8000_0001 })
  expect(port.read(bytes, 6, 8)).toEqual({ port: 6881 })
  expect(extended.read(bytes, 8, 10)).toEqual({ id: 3, payload: Uint8Array.of(0xc0) })
  expect(bitfield.read(bytes, 9, 10)).toEqual({ bits: Uint8Array.of(0xc0) })
  expect(have_none.read(bytes, 2, 2)).toEqual({})
})
