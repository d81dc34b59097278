import { expect, test } from 'vitest'
import { lineThrough, plotOf } from '../../../inspector/page/plot.ts'

const frame = { left: 0, right: 600, top: 0, bottom: 100 }
const point = (at: number, down: number) => ({ id: 1, at, down, up: 0 })

test('the last ten minutes fill the width; less than a minute does not', () => {
  expect(plotOf([point(0, 1), point(900_000, 1)], 900_000, frame).from).toBe(300_000)
  expect(plotOf([point(50_000, 1)], 60_000, frame).from).toBe(0)
})

test('the scale ends at four round steps above the highest rate', () => {
  const { top, rateMarks, y } = plotOf([point(0, 7 * 1024 * 1024)], 1000, frame)
  expect(top).toBe(8 * 1024 * 1024)
  expect(rateMarks.map((mark) => mark / 1024 / 1024)).toEqual([0, 2, 4, 6, 8])
  expect([y(0), y(top)]).toEqual([100, 0])
})

test('the marks of time are whole tens of seconds within the span', () => {
  const { timeMarks, from, to } = plotOf([point(5_000, 1)], 305_000, frame)
  expect(timeMarks.length).toBeGreaterThan(3)
  expect(timeMarks.every((mark) => mark % 10_000 === 0 && mark >= from && mark <= to)).toBe(true)
})

test('a line goes through the points of its span alone', () => {
  const points = [point(0, 0), point(900_000, 512), point(901_000, 1024)]
  const plot = plotOf(points, 901_000, frame)
  expect(lineThrough(points, 'down', plot)).toBe('M599.0 50.0L600.0 0.0')
})
