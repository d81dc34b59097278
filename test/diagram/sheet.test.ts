import { describe, expect, it } from 'vitest'
import { packed } from '../../diagram/sheet.ts'

const picture = (width: number, height: number) => ({ width, height, body: '<a/>' })
const placesOf = (body: string) =>
  [...body.matchAll(/translate\((\d+) (\d+)\)/g)].map(([, x, y]) => [Number(x), Number(y)])

describe('packed', () => {
  it('sets pictures beside each other as far as the sheet is wide, and then below', () => {
    const { width, height, body } = packed([picture(40, 30), picture(40, 10), picture(40, 10)], 100)
    expect(placesOf(body)).toEqual([
      [0, 0],
      [52, 0],
      [52, 22],
    ])
    expect([width, height]).toEqual([92, 32])
  })

  it('fills the room beside a picture that stands alone in its row with later ones', () => {
    const { body } = packed([picture(40, 30), picture(100, 10), picture(40, 10)], 100)
    expect(placesOf(body)).toEqual([
      [0, 0],
      [0, 42],
      [52, 0],
    ])
  })

  it('is as wide as the widest picture', () => {
    expect(packed([picture(40, 30), picture(140, 10)], 100).width).toBe(140)
  })
})
