import { describe, expect, it } from 'vitest'
import { MetadataCopy } from '../../../machines/extensions/metadata-copy.ts'
import { attemptsBytesMax, type Holder, isFull, MetadataRoom } from '../../../machines/extensions/metadata-room.ts'
import { metadataBytesMax, metadataPieceBytes } from '../../../transport/wire/extended/metadata-pieces.ts'

const data = new Uint8Array(metadataPieceBytes)

/** A holder of so many pieces of a copy of 10 MiB. */
function holderOf(pieces: number, gaveAt = 0) {
  const copy = new MetadataCopy(metadataBytesMax)
  for (let piece = 0; piece < pieces; piece++) copy.put(piece, data, 1)
  return { copy, gaveAt }
}

/** The memory of these, all of which move. */
const roomOf = (holders: readonly Holder[], seated: readonly Holder[] = [], still: readonly Holder[] = []) =>
  new MetadataRoom(holders, new Set(seated), (holder) => !still.includes(holder))

const heldBy = (holders: readonly { readonly copy: MetadataCopy }[]) =>
  holders.map(({ copy }) => copy.held / metadataPieceBytes)

/** Half a MiB is 32 pieces. */
const most = attemptsBytesMax / metadataPieceBytes

describe('the memory for metadata', () => {
  it('has room for a piece of any copy until what is here has used it up', () => {
    const holders = [holderOf(600), holderOf(600), holderOf(600), holderOf(most - 1_801)]
    const room = roomOf(holders)
    expect([isFull(holders), holders.map((holder) => room.isFor(holder, 2))]).toEqual([false, Array(4).fill(true)])
    expect(holders.map((holder) => room.isHeldUp(holder, 2))).toEqual(Array(4).fill(false))
    holders[3]?.copy.put(600, data, 1)
    expect(isFull(holders)).toBe(true)
  })

  it('has then room for copies that stay shorter than the longest, what they are asked for counted, and for those seated', () => {
    const holders = [holderOf(640), holderOf(600), holderOf(598), holderOf(most - 1_838)] as const
    const [longest, second, third] = holders
    const room = roomOf(holders)
    expect([room.isFor(longest, 0), room.isFor(second, 38), room.isFor(second, 39)]).toEqual([false, true, false])
    expect([room.isHeldUp(longest, 2), room.isHeldUp(second, 39), room.isHeldUp(second, 40)]).toEqual([
      true,
      false,
      true,
    ])
    const beside = roomOf(holders, [longest])
    expect([beside.isFor(longest, 2), beside.isFor(second, 0), beside.isFor(third, 0), beside.isFor(third, 1)]).toEqual(
      [true, false, true, false],
    )
  })

  it('has room for all that move while one that stands still holds a piece, and one that is among the longest is held up', () => {
    const holders = [holderOf(640), holderOf(640), holderOf(640), holderOf(most - 1_920)] as const
    const room = roomOf(holders, [], [holders[3]])
    expect(holders.slice(0, 3).map((holder) => room.isFor(holder, 2))).toEqual([true, true, true])
    expect(room.isHeldUp(holders[0], 2)).toBe(true)
    expect(roomOf(holders, [holders[3]], [holders[3]]).isFor(holders[0], 0)).toBe(false)
  })

  it('is left by the longest, one piece after the other, and never by those seated', () => {
    const holders = [holderOf(640), holderOf(638), holderOf(500), holderOf(most - 1_778)]
    roomOf(holders).shed()
    expect(heldBy(holders)).toEqual([640, 638, 500, 270])
    for (let piece = 270; piece < 276; piece++) holders[3]?.copy.put(piece, data, 1)
    roomOf(holders).shed()
    expect(heldBy(holders)).toEqual([636, 636, 500, 276])
    for (let piece = 276; piece < 300; piece++) holders[3]?.copy.put(piece, data, 1)
    roomOf(holders, holders.slice(0, 1)).shed()
    expect(heldBy(holders)).toEqual([636, 612, 500, 300])
  })

  it('is left first by those that stand still, that which has stood longest before the others', () => {
    const holders = [holderOf(640, 9), holderOf(640, 8), holderOf(10, 7), holderOf(20, 6), holderOf(most - 1_310, 5)]
    for (let piece = 738; piece < 753; piece++) holders[4]?.copy.put(piece, data, 1)
    roomOf(holders, [], holders.slice(2, 4)).shed()
    expect(heldBy(holders)).toEqual([640, 640, 10, 5, 753])
    for (let piece = 753; piece < 763; piece++) holders[4]?.copy.put(piece, data, 1)
    roomOf(holders, [], holders.slice(2, 4)).shed()
    expect(heldBy(holders)).toEqual([640, 640, 5, 0, 763])
  })

  it('is in use, no piece of it asked for again and again, by copies that are equally long', () => {
    const holders = Array.from({ length: 5 }, () => holderOf(0))
    let given = 0
    for (let isAsked = true; isAsked && given < 2 * most; ) {
      isAsked = false
      for (const holder of holders) {
        if (!roomOf(holders).isFor(holder, 0)) continue
        let piece = 0
        while (holder.copy.has(piece)) piece++
        holder.copy.put(piece, data, 1)
        roomOf(holders).shed()
        isAsked = true
        given++
      }
    }
    expect([given, Math.min(...heldBy(holders))]).toEqual([most, Math.floor(most / 5)])
  })
})
