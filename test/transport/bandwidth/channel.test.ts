import { expect, test } from 'vitest'
import { Channel, type TurnTaker } from '../../../transport/bandwidth/channel.ts'
import { Gate } from '../../../transport/bandwidth/gate.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

const unlimited = Number.POSITIVE_INFINITY
const blockBytes = 16 * 1024

/** A connection that always has a block more to pass through its gates. */
class Source implements TurnTaker {
  passed = 0
  readonly channel: Channel

  constructor(...gates: readonly Gate[]) {
    this.channel = new Channel(gates, this)
    this.run()
  }

  takeTurn(): number {
    this.#pass()
    this.run()
    return 0
  }

  run(): void {
    while (this.channel.pass()) this.#pass()
  }

  #pass(): void {
    this.passed += blockBytes
    this.channel.spend(blockBytes)
  }
}

const isNear = (value: number, wanted: number, share = 0.05): void =>
  expect(Math.abs(value / wanted - 1), `${value}, not ${wanted}`).toBeLessThan(share)

test('the narrowest gate counts, and each keeps its limit', () => {
  const clock = new SimulatedClock()
  const torrent = new Gate(clock, 1_000_000)
  const narrow = new Source(new Gate(clock, 100_000), torrent)
  const others = [new Source(torrent, new Gate(clock, unlimited)), new Source(torrent)]
  clock.advance(10_000)
  isNear(narrow.passed, 1_000_000)
  for (const { passed } of others) isNear(passed, 4_500_000)
})

test('two torrents share what all may take, one of them within a limit of its own; none starves', () => {
  const clock = new SimulatedClock()
  const all = new Gate(clock, 1_000_000)
  const limited = new Gate(clock, 200_000)
  const a = Array.from({ length: 3 }, () => new Source(limited, all))
  const b = Array.from({ length: 3 }, () => new Source(new Gate(clock, unlimited), all))
  clock.advance(60_000)
  for (const { passed } of a) isNear(passed, 4_000_000)
  isNear(
    a.reduce((sum, { passed }) => sum + passed, 0),
    12_000_000,
  )
  for (const { passed } of b) isNear(passed, 16_000_000)
})

test('a gate that is joined later counts from then on', () => {
  const clock = new SimulatedClock()
  const source = new Source(new Gate(clock, 1_000_000))
  clock.advance(1_000)
  source.passed = 0
  source.channel.join(new Gate(clock, 10_000))
  clock.advance(100_000)
  isNear(source.passed, 1_000_000)
  expect(source.channel.bytesPerSecond).toBe(10_000)
})

test('who has not come first waits, though there are tokens', () => {
  const clock = new SimulatedClock()
  const gate = new Gate(clock, 1_000_000)
  const first = new Source(gate)
  clock.advance(20)
  const second = new Channel([gate], { takeTurn: () => 0 })
  expect([gate.isContended, second.pass(), second.isWaiting, second.pass()]).toEqual([true, false, true, false])
  first.channel.leave()
  clock.advance(40)
  expect([second.isWaiting, clock.pending]).toEqual([false, 0])
})

test('who leaves gets no turn, and its place is free', () => {
  const clock = new SimulatedClock()
  const source = new Source(new Gate(clock, 1_000_000))
  source.channel.leave()
  const { passed } = source
  clock.advance(10_000)
  expect([source.passed, clock.pending]).toEqual([passed, 0])
})

test('a turn is 50 ms of the limit, and at least 4 KiB', () => {
  const clock = new SimulatedClock()
  const turnBytes = (limit: number) => new Channel([new Gate(clock, limit)], { takeTurn: () => 0 }).turnBytes
  expect([1, 2_000_000, unlimited].map(turnBytes)).toEqual([4096, 100_000, unlimited])
})
