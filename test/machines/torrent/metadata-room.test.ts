import { describe, expect, it } from 'vitest'
import { MetadataCopy } from '../../../machines/torrent/metadata-copy.ts'
import { attemptsBytesMax, isFull, MetadataRoom, shed } from '../../../machines/torrent/metadata-room.ts'
import { metadataBytesMax, metadataPieceBytes } from '../../../transport/wire/extended/metadata-pieces.ts'

const data = new Uint8Array(metadataPieceBytes)

/** Who holds so many pieces of a copy of 10 MiB. */
function holderOf(pieces: number) {
  const copy = new MetadataCopy(metadataBytesMax)
  for (let piece = 0; piece < pieces; piece++) copy.put(piece, data, 1)
  return { copy }
}

const heldBy = (holders: readonly { readonly copy: MetadataCopy }[]) =>
  holders.map(({ copy }) => copy.held / metadataPieceBytes)

/** Half a MiB is 32 pieces. */
const most = attemptsBytesMax / metadataPieceBytes

describe('the memory for metadata', () => {
  it('has room for a piece of any copy until what is here has used it up', () => {
    const holders = [holderOf(600), holderOf(600), holderOf(600), holderOf(most - 1_801)]
    const room = new MetadataRoom(holders, undefined)
    expect([isFull(holders), holders.map(({ copy }) => room.isFor(copy, 2))]).toEqual([false, Array(4).fill(true)])
    holders[3]?.copy.put(600, data, 1)
    expect(isFull(holders)).toBe(true)
  })

  it('has then room for copies that stay shorter than the longest, what they are asked for counted, and for the first', () => {
    const holders = [holderOf(640), holderOf(600), holderOf(598), holderOf(most - 1_838)]
    const [longest, second, third] = holders.map(({ copy }) => copy) as [MetadataCopy, MetadataCopy, MetadataCopy]
    const room = new MetadataRoom(holders, undefined)
    expect([room.isFor(longest, 0), room.isFor(second, 38), room.isFor(second, 39)]).toEqual([false, true, false])
    const beside = new MetadataRoom(holders, holders[0])
    expect([beside.isFor(longest, 2), beside.isFor(second, 0), beside.isFor(third, 0), beside.isFor(third, 1)]).toEqual(
      [true, false, true, false],
    )
  })

  it('is kept by the longest, one piece after the other, and never by the first', () => {
    const holders = [holderOf(640), holderOf(638), holderOf(500), holderOf(most - 1_778)]
    shed(holders, undefined)
    expect(heldBy(holders)).toEqual([640, 638, 500, 270])
    for (let piece = 270; piece < 276; piece++) holders[3]?.copy.put(piece, data, 1)
    shed(holders, undefined)
    expect(heldBy(holders)).toEqual([636, 636, 500, 276])
    for (let piece = 276; piece < 300; piece++) holders[3]?.copy.put(piece, data, 1)
    shed(holders, holders[0])
    expect(heldBy(holders)).toEqual([636, 612, 500, 300])
  })

  it('is in use, no piece of it asked for again and again, by copies that are equally long', () => {
    const holders = Array.from({ length: 5 }, () => holderOf(0))
    let given = 0
    for (let isAsked = true; isAsked && given < 2 * most; ) {
      isAsked = false
      for (const { copy } of holders) {
        if (!new MetadataRoom(holders, undefined).isFor(copy, 0)) continue
        let piece = 0
        while (copy.has(piece)) piece++
        copy.put(piece, data, 1)
        shed(holders, undefined)
        isAsked = true
        given++
      }
    }
    expect([given, Math.min(...heldBy(holders))]).toEqual([most, Math.floor(most / 5)])
  })
})
