import { expect, test, vi } from 'vitest'
import type { Case } from '../../conformance/case.ts'
import { runSuite } from '../../conformance/run.ts'
import type { World } from '../../conformance/scene.ts'
import { Broken, NotSupported } from '../../conformance/verdict.ts'
import { fakeClient } from './fake-client.ts'
import { target } from './targets.ts'

const one = (name: string, run: Case['run'], needs: Case['needs'] = []): Case => ({
  name,
  bep: 3,
  rule: '',
  needs,
  run,
})

test('a case passes, fails, or is not supported, by how it ends', async () => {
  const { world, settled } = await fakeClient()
  const told: string[] = []
  const cases = [
    one('a.passes', async () => 'well'),
    one('a.fails', async () => {
      throw new Broken('badly')
    }),
    one('a.lacks', async () => {
      throw new NotSupported('not at all')
    }),
    one('a.downloads', async () => 'well', ['leech']),
    one('a.pex', async () => 'well', ['ut_pex']),
  ]
  const results = await settled(runSuite(world, { cases, told: ({ name }) => told.push(name) }))
  expect(results.map(({ name, verdict, detail }) => [name, verdict, detail])).toEqual([
    ['a.passes', 'pass', 'well'],
    ['a.fails', 'fail', 'badly'],
    ['a.lacks', 'not_supported', 'not at all'],
    ['a.downloads', 'not_supported', 'for a client that downloads, with --data'],
    ['a.pex', 'not_supported', 'the client does not announce ut_pex'],
  ])
  expect(told.sort()).toEqual(cases.map(({ name }) => name).sort())
})

test('a case that does not pass with a secret that begins with a zero is run again: libtorrent takes no such secret', async () => {
  const { world, settled } = await fakeClient()
  const secrets = [0, 0, 7]
  const rerun = one('a.rerun', async (scene) => {
    scene.noteSecret(Uint8Array.of(secrets.shift() ?? 1))
    throw new Broken(`with ${secrets.length} left`)
  })
  const passes = one('a.passes', async (scene) => `${scene.noteSecret(Uint8Array.of(0))?.length}`)
  const results = await settled(runSuite(world, { cases: [rerun, passes] }))
  expect(results.map(({ verdict, detail }) => [verdict, detail])).toEqual([
    ['fail', 'with 0 left'],
    ['pass', '1'],
  ])
})

test('the secret of each MSE handshake of a case is looked at', async () => {
  const { swarm, world } = target({ has: 'all' })
  const lengths: (number | undefined)[] = []
  const meets = one('a.meets', async (scene) => {
    const note = vi.spyOn(scene, 'noteSecret')
    await scene.meet({ mse: ['rc4'] })
    lengths.push(...note.mock.calls.map(([secret]) => secret?.length))
    return ''
  })
  await swarm.settled(runSuite(world, { cases: [meets] }))
  expect(lengths).toEqual([96])
  await swarm.stop()
})

test('a case that does not end is given up, and its connections are closed', async () => {
  const { world, settled } = await fakeClient()
  let end: (() => unknown) | undefined
  const hangs = one('a.hangs', async (scene) => {
    const { remote } = await scene.meet()
    end = () => remote.isOpen
    return await new Promise(() => {})
  })
  const [result] = await settled(runSuite(world, { cases: [hangs] }))
  expect(result).toMatchObject({ verdict: 'not_supported', detail: 'not done after 120 s' })
  expect(await settled(new Promise((resolve) => world.clock.setTimeout(() => resolve(end?.()), 100)))).toBe(false)
})

test('a client that takes no connection about the torrent is not tested', async () => {
  const { world, settled } = await fakeClient()
  const { metainfo } = target({}, { pieces: 3 }).world
  await expect(settled(runSuite({ ...world, metainfo }, { cases: [] }))).rejects.toThrow('takes no connection')
})

test.each([
  [{ code: 'refused', detail: 'connect ECONNREFUSED 127.0.0.1:6881' }, 'connection refused'],
  [{ code: 'timeout', detail: 'connect ETIMEDOUT' }, 'the connection timed out'],
  [{ code: 'unreachable', detail: 'connect EHOSTUNREACH' }, 'unreachable: connect EHOSTUNREACH'],
  [undefined, 'no connection within 12 s'],
] as const)('a client to which no connection stands is not tested, and why is said: %j', async (end, message) => {
  const { world, settled } = await fakeClient()
  const dial: World['dial'] = () => {
    const dialled = world.dial()
    dialled.connection.open = ({ closed }) => {
      if (end) world.clock.setTimeout(() => closed(end), 10)
    }
    return dialled
  }
  const testing = settled(runSuite({ ...world, dial }, { cases: [] }))
  await expect(testing).rejects.toThrow(new Error(message))
})

test('what is tested behind the case that was the end of the client says so, also where that case fails of itself', async () => {
  const { world, settled } = await fakeClient()
  let isGone = false
  const dial: World['dial'] = () => {
    const dialled = world.dial()
    if (isGone)
      dialled.connection.open = ({ closed }) => void world.clock.setTimeout(() => closed({ code: 'refused' }), 10)
    return dialled
  }
  const ends: Case['run'] = async (scene) => {
    const { remote } = await scene.dial()
    remote.write(new Uint8Array(68))
    await remote.closes()
    isGone = true
    throw new Broken('badly')
  }
  const meetsInTurn: Case['run'] = async (scene) => {
    await scene.turn()
    await scene.meet()
    return 'well'
  }
  const cases = [one('a.ends', ends), one('b.meets', meetsInTurn)].map((each): Case => ({ ...each, beside: 'alone' }))
  const results = await settled(runSuite({ ...world, dial }, { cases }))
  expect(results.map(({ name, verdict, detail }) => [name, verdict, detail])).toEqual([
    ['a.ends', 'fail', 'badly, and the client takes no connection any more'],
    ['b.meets', 'not_supported', 'the client is not reachable since a.ends'],
  ])
})

test('an abort ends the suite', async () => {
  const { world, settled } = await fakeClient()
  const abort = AbortSignal.abort(new Error('enough'))
  const cases = [one('a.passes', async () => 'well')]
  await expect(settled(runSuite(world, { cases, signal: abort }))).rejects.toThrow('enough')
})
