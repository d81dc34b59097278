import { describe, expect, it } from 'vitest'
import { MetadataCopy } from '../../../machines/extensions/metadata-copy.ts'
import {
  claimMs,
  dueRate,
  firstTermMs,
  MetadataSeat,
  seated,
  seatRate,
} from '../../../machines/extensions/metadata-seat.ts'
import { metadataBytesMax } from '../../../transport/wire/extended/metadata-pieces.ts'

const MiB = 2 ** 20
const perTerm = (seatRate * firstTermMs) / 1000

/** A claim that is made at `at`. */
function claimantOf(size: number, at = 0) {
  const seat = new MetadataSeat(size)
  seat.tick(0, true, at)
  seat.claim(at)
  return { seat, copy: new MetadataCopy(size) }
}

const sizes = (claimants: ReadonlySet<{ readonly seat: MetadataSeat }>) => [...claimants].map(({ seat }) => seat.size)

describe('a seat', () => {
  it('is for a term, and is kept by a claim that was given enough in it, with the date it had', () => {
    const { seat } = claimantOf(MiB)
    const { dueAt } = seat
    expect(dueAt).toBe((MiB * 1000) / dueRate)
    seat.take(1_000, 0)
    seat.tick(1_000, true, firstTermMs - 1)
    expect(seat.isFirm).toBe(true)
    seat.tick(1_000 + perTerm, true, firstTermMs)
    expect([seat.isFirm, seat.isFresh, seat.dueAt]).toEqual([false, true, dueAt])
  })

  it('is lost by a claim that was given less, which is due later, for a term twice as long', () => {
    const { seat } = claimantOf(MiB)
    const { dueAt } = seat
    seat.take(0, 0)
    seat.tick(perTerm - 1, true, firstTermMs)
    expect([seat.isFirm, seat.isFresh, seat.dueAt > firstTermMs + dueAt]).toEqual([false, false, true])
    seat.take(0, 10_000)
    seat.tick(0, true, 10_000 + 2 * firstTermMs - 1)
    expect(seat.isFirm).toBe(true)
    seat.tick(0, true, 10_000 + 2 * firstTermMs)
    expect(seat.isFirm).toBe(false)
  })

  it('is lost at once when no peer answers', () => {
    const { seat } = claimantOf(MiB)
    seat.take(0, 0)
    seat.tick(0, false, 1)
    expect([seat.isFirm, seat.isFresh]).toEqual([false, false])
  })

  it('is claimed for 20 s, and by the one that has it', () => {
    const { seat } = claimantOf(MiB)
    expect([seat.isClaimed(claimMs - 1), seat.isClaimed(claimMs)]).toEqual([true, false])
    seat.take(0, claimMs)
    expect(seat.isClaimed(claimMs)).toBe(true)
    seat.tick(0, true, claimMs + firstTermMs)
    expect(seat.isClaimed(claimMs + firstTermMs)).toBe(false)
  })
})

describe('seated are', () => {
  it('those that are due first, as many as are together no longer than the longest metadata', () => {
    const claimants = [4 * MiB, MiB, 6 * MiB, 3 * MiB].map((size) => claimantOf(size))
    expect(sizes(seated(claimants, 0))).toEqual([MiB, 3 * MiB, 4 * MiB])
  })

  it('rather those that have waited than newcomers with shorter metadata', () => {
    const waiting = claimantOf(metadataBytesMax)
    expect(sizes(seated([claimantOf(9 * MiB, 65_000), waiting], 65_000))).toEqual([metadataBytesMax])
    expect(sizes(seated([claimantOf(9 * MiB, 63_000), claimantOf(metadataBytesMax)], 63_000))).toEqual([9 * MiB])
  })

  it('above all those whose term goes on', () => {
    const long = claimantOf(metadataBytesMax)
    expect(sizes(seated([long], 0))).toEqual([metadataBytesMax])
    expect(sizes(seated([claimantOf(1), long], firstTermMs - 1))).toEqual([metadataBytesMax])
  })

  it('those that have failed a term beside those that have not, as many again', () => {
    const slow = [claimantOf(metadataBytesMax), claimantOf(metadataBytesMax - 1)]
    for (const { seat } of slow) {
      seat.take(0, 0)
      seat.tick(0, true, firstTermMs)
    }
    const fresh = [claimantOf(metadataBytesMax - 2), claimantOf(metadataBytesMax - 3)]
    expect(sizes(seated([...slow, ...fresh], firstTermMs))).toEqual([metadataBytesMax - 3, metadataBytesMax - 1])
  })
})
