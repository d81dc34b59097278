import { expect, test } from 'vitest'
import { pexFlags } from '../../../../transport/wire/extended/pex-flags.ts'

test('each flag is the bit BEP 11 gives it', () => {
  expect(pexFlags).toEqual({ prefersEncryption: 1, seed: 2, utp: 4, holepunch: 8, reachable: 16 })
})
