import { expect, test } from 'vitest'
import { headerFirstByte, privateKeyFor } from '../../conformance/public-key.ts'
import { runSuite } from '../../conformance/run.ts'
import type { World } from '../../conformance/scene.ts'
import { suite } from '../../conformance/suite/suite.ts'
import { privateKeyBytes } from '../../transport/mse/key-exchange.ts'
import { type Fault, fakeClient } from './fake-client.ts'
import { target } from './targets.ts'

/** The cases that the client fails. */
async function failed(fault: Fault | undefined, isWanted: (name: string) => boolean): Promise<readonly string[]> {
  const { world, settled } = await fakeClient(fault)
  const results = await settled(runSuite(world, { cases: suite.filter((one) => isWanted(one.name)) }))
  return results.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name)
}

const tested: readonly (readonly [Fault, string])[] = [
  ['any_info_hash', 'handshake.info-hash'],
  ['fast_without_bit', 'handshake.reserved.no-fast'],
  ['needs_whole_frames', 'handshake.cut.20'],
  ['needs_handshake_alone', 'handshake.together'],
  ['closes_on_keep_alive', 'message.keep-alive.1'],
  ['deaf_after_unknown', 'id.99'],
  ['ignores_fast_without_bit', 'fast.off.have_all'],
  ['keeps_unrequested_piece', 'fast.piece.unrequested'],
  ['no_availability', 'fast.first-message'],
  ['no_reject', 'fast.request.cut.7'],
  ['serves_choked', 'choke.start'],
  ['serves_beyond', 'request.beyond.index-end'],
  ['wrong_blocks', 'request.whole-piece'],
  ['closes_on_second_greeting', 'extended.handshake.again'],
  ['wrong_extension_id', 'extended.id.127'],
  ['wrong_metadata', 'metadata.whole'],
  ['cuts_metadata_numbers', 'metadata.beyond.huge'],
  ['one_metadata_answer', 'metadata.ten'],
  ['answers_cancels', 'cancel.fast'],
  ['cuts_large_requests', 'request.length.32k'],
  ['trusts_blocks', 'leech.wrong.bit'],
  ['serves_choked', 'model.plain.request.unchoke.request.choke.interested.request.unchoke.request'],
  ['no_reject', 'model.fast.request.unchoke.request.choke.interested.request.unchoke.request'],
  ['serves_only_who_unchokes', 'model.interested.unchoked.request.not_interested.interested'],
]

test('a client that breaks no rule fails nothing', async () => {
  expect(await failed(undefined, (name) => tested.some(([, one]) => one === name))).toEqual([])
})

test.each(tested)('a client that is wrong in %s fails %s', async (fault, name) => {
  expect(await failed(fault, (one) => one === name)).toEqual([name])
})

test('a client that is gone behind a case fails it, and what follows is not tested', async () => {
  const { world, settled } = await fakeClient('ends_by_begin')
  const cases = suite.filter(({ name }) =>
    ['request.beyond.index-max', 'request.beyond.begin-sign', 'request.beyond.begin-max'].includes(name),
  )
  const results = await settled(runSuite(world, { cases }))
  expect(results.map(({ name, verdict, detail }) => [name, verdict, detail])).toEqual([
    ['request.beyond.index-max', 'pass', 'closes'],
    ['request.beyond.begin-max', 'fail', 'the client takes no connection any more'],
    ['request.beyond.begin-sign', 'not_supported', 'the client is not reachable since request.beyond.begin-max'],
  ])
})

test('a client that takes a key for a handshake by its first byte fails one case, whatever keys the others draw', async () => {
  const { swarm, world } = target({ has: 'all' })
  const dial: World['dial'] = () => {
    const { connection, host } = world.dial()
    const write = connection.write.bind(connection)
    connection.write = (chunks) => {
      connection.write = write
      const [first] = chunks
      if (first?.[0] === headerFirstByte && first[1] !== 'B'.charCodeAt(0)) connection.destroy()
      return write(chunks)
    }
    return { connection, host }
  }
  const unlucky = privateKeyFor(headerFirstByte, world.randomBytes)
  let keys = 0
  const randomBytes: World['randomBytes'] = (length) =>
    length === privateKeyBytes && keys++ % 2 === 0 ? unlucky : world.randomBytes(length)
  const cases = suite.filter(({ name }) => /^mse\.(key|both)/.test(name))
  const results = await swarm.settled(runSuite({ ...world, dial, randomBytes }, { cases }))
  const failing = results.filter(({ verdict }) => verdict !== 'pass')
  expect(failing.map(({ name, verdict }) => [name, verdict])).toEqual([['mse.key.like-header', 'fail']])
  await swarm.stop()
})

test.each([
  ['rejects_metadata', 'not_supported', 'the client rejects the request of piece 0'],
  ['answers_metadata_oddly', 'fail', 'the answer to the request of piece 0 is no data of that piece'],
] as const)('a reject of metadata is an answer that BEP 9 knows, another type is none: %s', async (fault, ...end) => {
  const { world, settled } = await fakeClient(fault)
  const cases = suite.filter(({ name }) => name === 'metadata.whole')
  const results = await settled(runSuite(world, { cases }))
  expect(results.map(({ verdict, detail }) => [verdict, detail])).toEqual([end])
})

test('pieces of one block say nothing about requests that are cancelled', async () => {
  const { swarm, world } = target({ has: 'all' }, { blocksPerPiece: 1 })
  const cases = suite.filter(({ name }) => name === 'cancel.plain' || name === 'cancel.fast')
  const results = await swarm.settled(runSuite(world, { cases }))
  expect(results.map(({ verdict, detail }) => [verdict, detail])).toEqual(
    Array(2).fill(['not_supported', 'a piece has one block']),
  )
  await swarm.stop()
})

test('the transcript of a case that fails has what both sides sent', async () => {
  const { world, settled } = await fakeClient('any_info_hash')
  const cases = suite.filter(({ name }) => name === 'handshake.info-hash')
  const [result] = await settled(runSuite(world, { cases }))
  const text = result?.transcript.lines().join('\n')
  expect(text).toContain('> handshake, another info hash')
  expect(text).toContain('< handshake, reserved')
  const carried = result?.transcript.carried.map(({ by, bytes }) => [by, bytes.length])
  expect(carried).toEqual(expect.arrayContaining([['us', 68]]))
  expect(carried?.some(([by]) => by === 'client')).toBe(true)
})
