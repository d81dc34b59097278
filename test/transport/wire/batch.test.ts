import { expect, test } from 'vitest'
import { Batch, batchElementsMax } from '../../../transport/wire/batch.ts'
import type { Message } from '../../../transport/wire/messages.ts'
import { messagesTo } from './record.ts'

function aBatch() {
  const delivered: Message[] = []
  const batch = new Batch(messagesTo((message) => delivered.push(message)))
  return { batch, delivered }
}
const request = (index: number) => ({ index, begin: 0, length: 1 })
const block = (index: number) => ({ index, begin: 0, data: Uint8Array.of(index) })

test('messages of one name are delivered together, once, when it is flushed', () => {
  const { batch, delivered } = aBatch()
  batch.addBlock(block(1))
  batch.addBlock(block(2))
  expect(delivered).toEqual([])
  batch.flush()
  batch.flush()
  expect(delivered).toEqual([{ name: 'piece', blocks: [block(1), block(2)] }])
})

test('one of another name delivers those before it', () => {
  const { batch, delivered } = aBatch()
  batch.addRequest('request', request(1))
  batch.addRequest('cancel', request(1))
  batch.addBlock(block(1))
  expect(delivered).toEqual([
    { name: 'request', requests: [request(1)] },
    { name: 'cancel', requests: [request(1)] },
  ])
})

test('a batch is delivered when it is full', () => {
  const { batch, delivered } = aBatch()
  for (let i = 0; i <= batchElementsMax; i++) batch.addRequest('request', request(i))
  for (let i = 0; i <= batchElementsMax; i++) batch.addBlock(block(1))
  expect(delivered.map((message) => message.name)).toEqual(['request', 'request', 'piece'])
})

test('nothing is delivered once it is stopped', () => {
  const { batch, delivered } = aBatch()
  batch.addBlock(block(1))
  batch.stop()
  batch.addBlock(block(2))
  batch.flush()
  expect(delivered).toEqual([])
})
