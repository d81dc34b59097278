import { expect, test } from 'vitest'
import { createTicker } from '../../actors/ticker.ts'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'

test('everyone hears the time once a second, from a second after they joined on at the latest', () => {
  const clock = new SimulatedClock()
  const ticker = createTicker(clock)
  const heard: string[] = []
  ticker.add((at) => heard.push(`one ${at}`))
  clock.advance(1500)
  ticker.add((at) => heard.push(`two ${at}`))
  clock.advance(1500)
  expect(heard).toEqual(['one 1000', 'one 2000', 'two 2000', 'one 3000', 'two 3000'])
})

test('one timer serves any number of listeners, and none is set while nobody listens', () => {
  const clock = new SimulatedClock()
  const ticker = createTicker(clock)
  expect(clock.pending).toBe(0)
  const leaving = Array.from({ length: 1000 }, () => ticker.add(() => undefined))
  clock.advance(10_500)
  expect(clock.pending).toBe(1)
  clock.advance(550)
  for (const leave of leaving) leave()
  expect(clock.pending).toBe(0)
})

test('very many are called in batches, each once a period', () => {
  const clock = new SimulatedClock()
  const ticker = createTicker(clock)
  const heard: number[] = []
  for (let i = 0; i < 250; i++) ticker.add((at) => heard.push(at))
  clock.advance(2_500)
  const calls = (at: number) => heard.filter((one) => one === at).length
  expect([1000, 1010, 1020, 2000, 2010, 2020].map(calls)).toEqual([100, 100, 50, 100, 100, 50])
})

test('who has left is not called, not even in the tick during which they leave', () => {
  const clock = new SimulatedClock()
  const ticker = createTicker(clock)
  const heard: string[] = []
  const leave: (() => void)[] = []
  leave.push(ticker.add(() => leave.forEach((go) => void go())))
  leave.push(ticker.add(() => heard.push('late')))
  clock.advance(5000)
  expect(heard).toEqual([])
  expect(clock.pending).toBe(0)
})

test('leaving twice is leaving once', () => {
  const clock = new SimulatedClock()
  const ticker = createTicker(clock)
  const heard: number[] = []
  const leave = ticker.add(() => undefined)
  ticker.add((at) => heard.push(at))
  leave()
  leave()
  clock.advance(1000)
  expect(heard).toEqual([1000])
})

test('a ticker that was idle starts again', () => {
  const clock = new SimulatedClock()
  const ticker = createTicker(clock)
  ticker.add(() => undefined)()
  const heard: number[] = []
  ticker.add((at) => heard.push(at))
  clock.advance(1000)
  expect(heard).toEqual([1000])
})

test('a tick by hand is for one owner, and moves no other tick', () => {
  const clock = new SimulatedClock()
  const ticker = createTicker(clock)
  const heard: string[] = []
  const [one, two] = [{}, {}]
  const leave = ticker.add((at) => heard.push(`one ${at}`), one)
  ticker.add((at) => heard.push(`two ${at}`), two)
  clock.advance(400)
  ticker.tick(one)
  clock.advance(600)
  leave()
  ticker.tick(one)
  expect(heard).toEqual(['one 400', 'one 1000', 'two 1000'])
})

test('an owner has one listener', () => {
  const ticker = createTicker(new SimulatedClock())
  const owner = {}
  ticker.add(() => undefined, owner)
  expect(() => ticker.add(() => undefined, owner)).toThrow('one listener')
})

test('after a long sleep everyone hears when that ended, and after a short one nothing of it', () => {
  const clock = new SimulatedClock()
  const ticker = createTicker(clock)
  const heard: unknown[] = []
  clock.sleep(3_600_000)
  ticker.add((at, wokeAt) => heard.push([at, wokeAt]))
  clock.advance(1_000)
  clock.sleep(delays.longSleepMs - 1)
  clock.advance(1_000)
  clock.sleep(delays.longSleepMs)
  clock.advance(2_000)
  expect(heard).toEqual([
    [1000, undefined],
    [2000, undefined],
    [3000, 3000],
    [4000, 3000],
  ])
})
