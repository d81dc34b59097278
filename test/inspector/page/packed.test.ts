import { expect, test } from 'vitest'
import { packed } from '../../../inspector/page/packed.ts'

const places = (sizes: readonly (readonly [number, number])[], width: number) =>
  packed(
    sizes.map(([width, height]) => ({ width, height })),
    width,
    10,
  ).places.map(({ x, y }) => [x, y])

test('pictures stand side by side as long as the width lasts', () => {
  expect(
    places(
      [
        [40, 20],
        [40, 30],
        [40, 20],
      ],
      100,
    ),
  ).toEqual([
    [0, 0],
    [50, 0],
    [0, 30],
  ])
})

test('a later picture takes the room that is left above an earlier one', () => {
  expect(
    places(
      [
        [50, 100],
        [100, 40],
        [30, 40],
      ],
      100,
    ),
  ).toEqual([
    [0, 0],
    [0, 110],
    [60, 0],
  ])
})

test('a picture that is wider than the page stands alone', () => {
  expect(
    places(
      [
        [30, 10],
        [200, 10],
        [30, 10],
      ],
      100,
    ),
  ).toEqual([
    [0, 0],
    [0, 20],
    [40, 0],
  ])
})

test('all of them together are as high as the lowest ends', () => {
  const { height } = packed(
    [
      { width: 10, height: 70 },
      { width: 10, height: 20 },
    ],
    100,
    10,
  )
  expect(height).toBe(70)
  expect(packed([], 100, 10)).toEqual({ places: [], height: 0 })
})
