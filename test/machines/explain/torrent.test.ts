import { expect, test } from 'vitest'
import { explain } from '../../../machines/explain/explain.ts'
import { formatReason } from '../../../machines/explain/format-reason.ts'
import { createSwarm } from '../../swarm/swarm.ts'
import { choker, situations } from './situations.ts'

test('the reasons of peers bear their address, behind those of the torrent', async () => {
  const { explain, end } = await situations.all_requested()
  const { download, upload } = explain()
  expect(download.map(({ peer }) => peer?.host)).toEqual(['raw0', 'raw1', 'raw2', 'raw3', 'raw4'])
  // Which of them is not asked, chance decides.
  expect(download.map(({ code }) => code).sort()).toEqual(['all_requested', ...new Array(4).fill('awaiting_blocks')])
  expect(upload.map(({ code }) => code)).toEqual(['nothing_to_offer'])
  await end?.()
})

test('a peer does not repeat what its torrent says', async () => {
  const swarm = createSwarm({ latencyMs: 10 })
  const seeder = swarm.add('a', { has: 'all' })
  swarm.add('b', { knows: ['a'] })
  swarm.start()
  await swarm.pass(2_000)
  expect(seeder.torrent.explain().download.map(({ code }) => code)).toEqual(['complete'])
  await swarm.stop()
})

test('of a peer that is choked it is said what the choke round said of it', async () => {
  const { clock, explain, end } = await choker()
  const { upload } = explain()
  expect(upload.map((reason) => formatReason(reason, clock.now()))).toEqual([
    'raw0:6881: we choke it (unnamed), for 12 s',
  ])
  await end?.()
})

test('paused while the disk is checked it says both', async () => {
  const swarm = createSwarm()
  const { torrent } = swarm.add('a', { through: (store) => ({ ...store, get: () => {} }) })
  torrent.start()
  torrent.pause()
  expect(torrent.explain().download.map(({ code }) => code)).toEqual(['paused', 'checking'])
  torrent.actor.stop()
})

test('what went through JSON, and what is neither a peer nor a torrent, is refused', () => {
  const snapshot = createSwarm().add('a').torrent.actor.getSnapshot()
  const context: typeof snapshot.context = JSON.parse(JSON.stringify(snapshot.context))
  const gone = (what: string) =>
    TypeError(`${what} cannot be asked by what went through JSON: take the snapshot of its actor`)
  for (const copy of [context, { ...snapshot.context, core: context.core }, { ...context, core: JSON.parse('{}') }])
    expect(() => explain({ ...snapshot, context: copy })).toThrow(gone('a torrent'))
  for (const what of ['{}', '{"context":{}}']) expect(() => explain(JSON.parse(what))).toThrow(gone('a peer'))
  for (const what of ['5', 'null']) expect(() => explain(JSON.parse(what))).toThrow('a peer or a torrent is explained')
})
