import fc from 'fast-check'
import type { Interposed } from './conversation.ts'
import { seededBytes } from './drive.ts'

/** One fault of a stream, before the byte `at` or from it on. `flip`: other bits of one byte. `cut`: nothing follows. */
export interface Damage {
  readonly kind: 'flip' | 'insert' | 'delete' | 'cut'
  readonly at: number
  /** Bytes inserted or deleted. */
  readonly count: number
  /** Which bits are flipped; which bytes are inserted. */
  readonly bits: number
}

/** Damage at one of the bytes from `from` to before `to`. */
export const damageWithin = (from: number, to: number): fc.Arbitrary<Damage> =>
  fc.record({
    kind: fc.constantFrom('flip', 'flip', 'insert', 'delete', 'cut'),
    at: fc.integer({ min: from, max: to - 1 }),
    count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 600 })),
    bits: fc.integer({ min: 1, max: 255 }),
  })

/** Does the damages to the bytes that a side hears; `at` counts those that were sent. */
export const damaged =
  (damages: readonly Damage[]): Interposed =>
  (side, connection) => {
    let sent = 0
    return {
      opened: () => side.opened(),
      drained: () => side.drained(),
      closed: (end) => side.closed(end),
      data: (chunk) => {
        const heard: number[] = []
        for (const byte of chunk) {
          if (damages.some(({ kind, at }) => kind === 'cut' && at <= sent)) break
          heard.push(...damageOne(damages, byte, sent++))
        }
        if (heard.length > 0) side.data(Uint8Array.from(heard))
        if (damages.some(({ kind, at }) => kind === 'cut' && at <= sent)) connection.destroy()
      },
    }
  }

/** What comes in place of the byte that was sent `at` a place. */
function damageOne(damages: readonly Damage[], byte: number, at: number): readonly number[] {
  let heard = [byte]
  for (const damage of damages) {
    const offset = at - damage.at
    if (damage.kind === 'delete' && offset >= 0 && offset < damage.count) heard = []
    if (offset !== 0) continue
    if (damage.kind === 'flip') heard = heard.map((bits) => bits ^ damage.bits)
    if (damage.kind === 'insert') heard = [...seededBytes(damage.bits)(damage.count), ...heard]
  }
  return heard
}
