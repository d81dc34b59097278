import { expect, test } from 'vitest'
import {
  AnsweringNodes,
  answeringMax,
  answerMs,
  checks,
  checksOfHost,
  waitingMax,
} from '../../../transport/dht/answering-nodes.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Address } from '../../../transport/transport.ts'

const addressOf = (n: number): Address => ({ host: `192.0.${n >> 8}.${n & 255}`, port: 6881 })

function aSet() {
  const clock = new SimulatedClock()
  const asked: Address[] = []
  return { clock, asked, nodes: new AnsweringNodes(clock, (address) => void asked.push(address)) }
}

test('those that have answered are listed, the latest first, and the one that was silent for longest is forgotten', () => {
  const { nodes } = aSet()
  const nodeOf = (n: number) => ({ ...addressOf(n), id: `${n}` })
  for (let n = 0; n < answeringMax; n++) nodes.noteAnswer(nodeOf(n))
  nodes.noteAnswer(nodeOf(0))
  nodes.noteAnswer(nodeOf(answeringMax))
  expect(nodes.nodes).toHaveLength(answeringMax)
  expect(nodes.nodes.slice(0, 2)).toEqual([nodeOf(answeringMax), nodeOf(0)])
  expect([nodes.has(nodeOf(0)), nodes.has(nodeOf(1)), nodes.has({ ...nodeOf(2), id: 'x' })]).toEqual([
    true,
    false,
    false,
  ])
})

test('nodes are asked in batches, each once while it waits, and no more wait than fit', () => {
  const { asked, clock, nodes } = aSet()
  for (let n = 0; n < 1_000; n++) nodes.check(addressOf(n))
  for (let n = 0; n < 1_000; n++) nodes.check(addressOf(n))
  expect(asked).toHaveLength(checks.atOnce)
  clock.advance(checks.pauseMs)
  expect(asked).toHaveLength(2 * checks.atOnce)
  clock.advance(60_000)
  expect(asked).toEqual(Array.from({ length: asked.length }, (_, n) => addressOf(n)))
  expect(asked).toHaveLength(checks.atOnce + waitingMax)
})

test('one that has answered meanwhile is not asked, and nobody is at the end', () => {
  const { asked, clock, nodes } = aSet()
  for (let n = 0; n < 100; n++) nodes.check(addressOf(n))
  nodes.noteAnswer({ ...addressOf(50), id: 'x' })
  clock.advance(checks.pauseMs)
  expect(asked).not.toContainEqual(addressOf(50))
  const { length } = asked
  nodes.end()
  clock.advance(60_000)
  expect(asked).toHaveLength(length)
})

test('an address that does not answer is asked ever less often, however often it is named', () => {
  const { asked, clock, nodes } = aSet()
  for (let n = 0; n < 3_600; n++) {
    nodes.check(addressOf(1))
    clock.advance(1_000 / 60)
  }
  // At once, and after 5, 15 and 35 s.
  expect(asked).toEqual(Array(4).fill(addressOf(1)))
})

test('of a host that does not answer few ports are asked, and no other host waits for that', () => {
  const { asked, clock, nodes } = aSet()
  for (let n = 0; n < 3_600; n++) {
    nodes.check({ host: '192.0.2.7', port: 1_024 + n })
    clock.advance(1_000 / 60)
  }
  expect(asked).toHaveLength(4 * checksOfHost)
  nodes.check(addressOf(1))
  expect(asked.at(-1)).toEqual(addressOf(1))
})

test('an address that has answered by another id is asked again, once while an answer would be waited for', () => {
  const { asked, clock, nodes } = aSet()
  for (let n = 0; n < 600; n++) {
    nodes.check(addressOf(1))
    if (asked.length > 0) nodes.noteAnswer({ ...addressOf(1), id: 'x' })
    clock.advance(100)
  }
  expect(asked).toHaveLength(60_000 / answerMs)
})

test('each of many nodes behind one host is asked, as long as they answer', () => {
  const { asked, nodes } = aSet()
  for (let port = 1; port <= 2 * checksOfHost; port++) {
    nodes.check({ host: '192.0.2.7', port })
    if (asked.length === port) nodes.noteAnswer({ host: '192.0.2.7', port, id: `${port}` })
  }
  expect(asked).toHaveLength(checks.atOnce)
})
