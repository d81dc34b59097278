import { isDeepStrictEqual } from 'node:util'
import { addressKey, isDialable } from '../../transport/address.ts'
import { pexEntriesMax, pexEntriesSentMax } from '../../transport/wire/extended/pex-limits.ts'
import { decodePex, encodePex } from '../../transport/wire/extended/ut-pex.ts'
import { must, type Target } from '../engine/target.ts'

/** Messages of `ut_pex` (BEP 11): peers that can be dialled, each once, no more than are taken, and the same when they are told again. */
export const target: Target = {
  covers: ['transport/wire/extended/ut-pex.ts', 'transport/wire/extended/compact-address.ts'],
  bytesMax: 16_384,
  words: [
    '5:added',
    '7:added.f',
    '6:added6',
    '8:added6.f',
    '7:dropped',
    '8:dropped6',
    '0:',
    'de',
    '6:\x7f\x00\x00\x01\x1a\xe1',
  ],
  seeds: () => ({
    both: encodePex({
      added: [
        { address: { host: '192.0.2.1', port: 6881 }, flags: 0x11 },
        { address: { host: '2001:db8::1', port: 51_413 }, flags: 4 },
      ],
      dropped: [
        { host: '192.0.2.2', port: 1 },
        { host: '2001:db8::2', port: 2 },
      ],
    }),
    many: encodePex({
      added: Array.from({ length: 50 }, (_, i) => ({ address: { host: `192.0.2.${i + 1}`, port: 6881 }, flags: 0 })),
      dropped: [],
    }),
  }),
  run(input) {
    const message = decodePex(input)
    if (!message) return 'nothing'
    const { added, dropped } = message
    must(added.length <= pexEntriesMax && dropped.length <= pexEntriesMax, 'there are no more peers than are taken')
    const all = [...added.map(({ address }) => address), ...dropped]
    must(all.every(isDialable), 'each can be dialled')
    must(new Set(all.map(addressKey)).size === all.length, 'each stands there once')
    if (all.length === 0 || added.length > pexEntriesSentMax || dropped.length > pexEntriesSentMax) return 'not sent'
    must(isDeepStrictEqual(decodePex(encodePex(message)), message), 'told again it is the same')
    return added.length > 0 && dropped.length > 0 ? 'both' : 'one'
  },
}
