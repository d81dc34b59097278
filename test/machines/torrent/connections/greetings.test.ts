import { expect, it } from 'vitest'
import { noteOwnAddresses } from '../../../../machines/torrent/connections/greetings.ts'
import { type Family, OwnAddress, witnessesMin } from '../../../../machines/torrent/connections/own-address.ts'
import { ipBytes } from '../../../../transport/address.ts'
import type { ExtendedHandshake } from '../../../../transport/wire/extended/handshake.ts'

it('says under which addresses we are reached, and takes back those of a family on which we do not listen any more', () => {
  const ownAddress = new OwnAddress()
  for (const [net, said] of [
    ['198.51.100', '2606:4700::1'],
    ['203.0.113', '9.9.9.9'],
  ]) {
    for (let i = 1; i <= witnessesMin; i++) ownAddress.hear(`${net}.${i}`, ipBytes(said ?? '') ?? new Uint8Array(4))
  }
  const greeting: ExtendedHandshake = { p: 6881 }
  const core: { greeting: ExtendedHandshake; listensOn: readonly Family[]; ownAddress: OwnAddress } = {
    greeting,
    listensOn: ['ipv6'],
    ownAddress,
  }
  noteOwnAddresses(core)
  expect(core.greeting).toEqual({ p: 6881, ipv6: ipBytes('2606:4700::1') })
  core.listensOn = ['ipv4']
  noteOwnAddresses(core)
  expect(core.greeting).toEqual({ p: 6881, ipv4: ipBytes('9.9.9.9') })
})
