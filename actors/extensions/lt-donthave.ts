import type { Extension } from '../../machines/extensions/extension.ts'
import { decodeDonthave, encodeDonthave } from '../../transport/wire/extended/lt-donthave.ts'
import { defineExtension } from './extension.ts'

/**
 * A peer says that it no longer has a piece (BEP 54): `lt_donthave`. Here we listen; what we have lost ourselves is told in its turn among
 * the pieces that we got (machines/torrent/connections/broadcast.ts).
 */
export function ltDonthave(): Extension {
  return defineExtension({
    name: 'lt_donthave',
    codec: { encode: encodeDonthave, decode: decodeDonthave },
    start: () => ({
      message({ ref }, index) {
        ref.send({ type: 'torrent.note_dont_have', index })
      },
    }),
  })
}
