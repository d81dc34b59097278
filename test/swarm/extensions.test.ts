import { describe, expect, test } from 'vitest'
import { bencoded, defineExtension } from '../../actors/extensions/extension.ts'
import { partingMs } from '../../machines/torrent/connections/close-useless.ts'
import { extendedHandshake, extendedMessage } from '../../testing/remote/extended-messages.ts'
import { extensionsMax } from '../../transport/wire/extended/extensions-max.ts'
import { encodeDonthave } from '../../transport/wire/extended/lt-donthave.ts'
import { decodePex } from '../../transport/wire/extended/ut-pex.ts'
import { answerTo, dialRaw, listenRaw } from '../hostile/raw-peer.ts'
import { speaker } from './speaker.ts'
import { createSwarm, type Member, nobody } from './swarm.ts'

const openHosts = ({ torrent }: Member) =>
  torrent.peers.filter(({ state }) => state === 'open').map(({ address }) => address.host)
const reasons = (member: Member) => member.emittedOf('peer').flatMap(({ peer }) => peer.reason ?? [])

/** An extension that says hello to whoever speaks it, and notes what it hears. */
function hello(name = 'pc_hello') {
  const heard: string[] = []
  const extension = defineExtension({
    name,
    codec: bencoded,
    start: (host) => ({
      greeted: (peer) => host.send(peer, { hello: peer.peer }),
      message: ({ address }, text) => heard.push(`${address.host}: ${JSON.stringify(text)}`),
      closed: ({ address }) => heard.push(`${address.host} left`),
    }),
  })
  return { extension, heard }
}

/** A member that is met by a scripted remote at 10.0.0.9, half a second on. */
async function meeting(remote = speaker({ m: { pc_hello: 9 } }), swarm = createSwarm({ encryption: 'none' })) {
  const { extension, heard } = hello()
  const member = swarm.add('10.0.0.1', { extensions: [extension] })
  swarm.start()
  await swarm.until(() => member.emittedOf('listening').length > 0)
  const raw = dialRaw(swarm, '10.0.0.9', '10.0.0.1', remote.script)
  await swarm.pass(500)
  const id = () => remote.greetings.at(-1)?.m?.pc_hello ?? 0
  return { swarm, member, raw, remote, heard, id }
}

describe('an extension of a torrent (BEP 10)', () => {
  test('is named in the extended handshake, under an id of its own, and speaks with who speaks it', async () => {
    const { swarm, remote, raw, heard, id } = await meeting()
    const ids = Object.values(remote.greetings[0]?.m ?? {})
    expect(new Set(ids).size).toBe(ids.length)
    expect(remote.heard(9)).toEqual([extendedMessage(9, { hello: 0 })].map((one) => 'payload' in one && one.payload))
    raw.say(extendedMessage(id(), { hello: 1 }))
    await swarm.pass(100)
    expect(heard).toEqual(['10.0.0.9: {"hello":1}'])
    await swarm.stop()
    expect(heard.at(-1)).toBe('10.0.0.9 left')
  })

  test('that is added while peers are connected is told to them, and meets them', async () => {
    const { swarm, member, remote, raw } = await meeting(speaker({ m: { pc_late: 4 } }))
    const late = hello('pc_late')
    expect(remote.greetings[0]?.m).not.toHaveProperty('pc_late')
    member.torrent.addExtension(late.extension)
    await swarm.pass(100)
    const id = remote.greetings.at(-1)?.m?.pc_late ?? 0
    expect(Object.values(remote.greetings.at(-1)?.m ?? {}).filter((one) => one === id)).toHaveLength(1)
    expect(remote.heard(4)).toHaveLength(1)
    raw.say(extendedMessage(id, { late: 1 }))
    await swarm.pass(100)
    expect(late.heard).toEqual(['10.0.0.9: {"late":1}'])
    await swarm.stop()
  })

  test('that is removed is told with the id 0, and hears and says nothing more', async () => {
    const { swarm, member, remote, raw, heard, id } = await meeting()
    const before = id()
    member.torrent.removeExtension('pc_hello')
    await swarm.pass(100)
    expect(remote.greetings.at(-1)?.m?.pc_hello).toBe(0)
    raw.say(extendedMessage(before, { hello: 1 }))
    await swarm.pass(100)
    expect(heard).toEqual([])
    expect(openHosts(member)).toEqual(['10.0.0.9'])
    await swarm.stop()
  })

  test('that is replaced keeps its id', async () => {
    const { swarm, member, raw, heard, id } = await meeting()
    const before = id()
    const other = hello()
    member.torrent.addExtension(other.extension)
    raw.say(extendedMessage(before, { hello: 2 }))
    await swarm.pass(100)
    expect([id(), heard, other.heard]).toEqual([before, [], ['10.0.0.9: {"hello":2}']])
    await swarm.stop()
  })

  test('is one of 64 names at most, removed ones included, as a handshake bears no more', async () => {
    const { swarm, member, remote } = await meeting()
    const add = (nth: number) => member.torrent.addExtension(hello(`pc_${nth}`).extension)
    const free = extensionsMax - Object.keys(remote.greetings[0]?.m ?? {}).length
    for (let nth = 0; nth < free; nth++) add(nth)
    member.torrent.removeExtension('pc_0')
    expect(() => add(free)).toThrow(RangeError)
    add(0)
    await swarm.pass(500)
    expect(Object.keys(remote.greetings.at(-1)?.m ?? {})).toHaveLength(extensionsMax)
    await swarm.stop()
  })

  test('that hears no bencode ends that connection, and no other', async () => {
    const { swarm, member, raw, heard, id } = await meeting()
    const honest = dialRaw(swarm, '10.0.0.8', '10.0.0.1', speaker({ m: { pc_hello: 9 } }).script)
    await swarm.pass(500)
    raw.say(extendedMessage(id(), new TextEncoder().encode('not bencode')))
    await swarm.pass(500)
    expect(reasons(member)).toEqual(['remote.extension_malformed'])
    expect([raw.end === undefined, honest.end]).toEqual([false, undefined])
    expect(heard).toEqual(['10.0.0.9 left'])
    await swarm.stop()
  })

  test('passes over ids that nobody gave', async () => {
    const { swarm, member, raw, heard, id } = await meeting()
    raw.say(extendedMessage(200, { hello: 1 }), extendedMessage(id(), { hello: 2 }))
    await swarm.pass(100)
    expect([heard, openHosts(member)]).toEqual([['10.0.0.9: {"hello":2}'], ['10.0.0.9']])
    await swarm.stop()
  })

  test('hears nothing before the extended handshake of its peer', async () => {
    const { swarm, member, raw, heard, id } = await meeting(speaker())
    raw.say(
      extendedMessage(id(), { hello: 1 }),
      extendedHandshake({ m: { pc_hello: 9 } }),
      extendedMessage(id(), { hello: 2 }),
    )
    await swarm.pass(100)
    expect([heard, openHosts(member)]).toEqual([['10.0.0.9: {"hello":2}'], ['10.0.0.9']])
    await swarm.stop()
  })
})

describe('a piece that is withdrawn (BEP 54)', () => {
  test('is not requested there any more, and interest ends with the last one', async () => {
    const swarm = createSwarm({ encryption: 'none', pieces: 3 })
    // It has the pieces 0 and 1, and says from the start which one it has lost.
    const remote = speaker({ m: {} }, [{ name: 'bitfield', bits: Uint8Array.of(0b1100_0000) }])
    const [raws, member] = [listenRaw(swarm, '10.0.0.9', remote.script), swarm.add('10.0.0.1', { knows: ['10.0.0.9'] })]
    swarm.start()
    await swarm.until(() => (raws[0]?.all('interested').length ?? 0) > 0)
    const [raw] = raws
    if (!raw) throw new Error('it was not dialled')
    const id = remote.greetings[0]?.m?.lt_donthave ?? 0
    raw.say(extendedMessage(id, encodeDonthave(0)), { name: 'unchoke' })
    await swarm.pass(500)
    expect(new Set(raw.requests.map(({ index }) => index))).toEqual(new Set([1]))
    expect(raw.all('not_interested').length).toBe(0)
    raw.say(extendedMessage(id, encodeDonthave(1)))
    for (const request of raw.requests) raw.say({ name: 'reject_request', requests: [request] })
    await swarm.pass(500)
    expect(raw.requests.every(({ index }) => index === 1)).toBe(true)
    expect(raw.all('not_interested').length).toBe(1)
    const asked = raw.requests.length
    raw.say({ name: 'have', index: 0 })
    await swarm.pass(500)
    expect(raw.requests.slice(asked).map(({ index }) => index)).toEqual([0, 0])
    expect(openHosts(member)).toEqual(['10.0.0.9'])
    await swarm.stop()
  })

  test('said with another length ends the connection', async () => {
    const remote = speaker({ m: {} })
    const { swarm, member, raw } = await meeting(remote)
    raw.say(extendedMessage(remote.greetings[0]?.m?.lt_donthave ?? 0, Uint8Array.of(0, 1)))
    await swarm.pass(500)
    expect(reasons(member)).toEqual(['remote.extension_malformed'])
    await swarm.stop()
  })
})

describe('who downloads nothing (BEP 21)', () => {
  async function seedMeets(remote: ReturnType<typeof speaker>) {
    const swarm = createSwarm({ encryption: 'none' })
    const member = swarm.add('10.0.0.1', { has: 'all' })
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    const raw = dialRaw(swarm, '10.0.0.9', '10.0.0.1', remote.script)
    await swarm.pass(2_000)
    return { swarm, member, raw, remote }
  }

  test('says so from the start as a seeder, and as soon as its download is complete', async () => {
    const seeder = await seedMeets(speaker({}))
    expect(seeder.remote.greetings.map(({ uploadOnly }) => uploadOnly)).toEqual([true])
    await seeder.swarm.stop()

    const swarm = createSwarm({ encryption: 'none' })
    const remote = speaker({}, [{ name: 'have_all' }])
    listenRaw(swarm, '10.0.0.9', {
      ...remote.script,
      hears(one, self) {
        remote.script.hears?.(one, self)
        if (one.name === 'interested') self.say({ name: 'unchoke' })
        if (one.name === 'request') for (const request of one.requests) self.say(answerTo(swarm, request))
      },
    })
    const member = swarm.add('10.0.0.1', { knows: ['10.0.0.9'] })
    swarm.start()
    await swarm.until(() => member.state === 'seeding')
    await swarm.pass(1_000)
    expect(remote.greetings.map(({ uploadOnly }) => uploadOnly)).toEqual([false, true])
    await swarm.stop()
  })

  test('has nothing to trade with a seeder: they part, without PEX at once', async () => {
    const { swarm, member, raw } = await seedMeets(speaker({ uploadOnly: true }))
    expect(raw.end).toBeDefined()
    expect(reasons(member)).toEqual(['local.nothing_to_trade'])
    await swarm.stop()
  })

  test('tells its peers by PEX before it parts', async () => {
    const { swarm, member, raw, remote } = await seedMeets(speaker({ uploadOnly: true, m: { ut_pex: 1 } }))
    dialRaw(swarm, '10.0.0.8', '10.0.0.1', speaker({ p: 7001 }).script)
    await swarm.pass(partingMs - 5_000)
    expect(raw.end).toBeUndefined()
    expect(remote.heard(1).map((payload) => decodePex(payload)?.added.length)).toEqual([1])
    await swarm.pass(5_000)
    expect(raw.end).toBeDefined()
    expect(openHosts(member)).toEqual(['10.0.0.8'])
    await swarm.stop()
  })

  test('is not dialled again by a seeder, whoever parts first', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const raws = listenRaw(swarm, '10.0.0.9', speaker({ m: { ut_pex: 1 }, uploadOnly: true }).script)
    const member = swarm.add('10.0.0.1', { has: 'all', knows: ['10.0.0.9'] })
    swarm.start()
    await swarm.pass(5_000)
    expect(openHosts(member)).toEqual(['10.0.0.9'])
    raws[0]?.connection.destroy()
    await swarm.pass(600_000)
    expect(member.dialled).toHaveLength(1)
    await swarm.stop()
  })

  test('may say so later, by upload_only, and is kept by those who download', async () => {
    const late = await seedMeets(speaker({}))
    expect(late.raw.end).toBeUndefined()
    late.raw.say(extendedMessage(late.remote.greetings[0]?.m?.upload_only ?? 0, Uint8Array.of(1)))
    await late.swarm.pass(500)
    expect(reasons(late.member)).toEqual(['local.nothing_to_trade'])
    await late.swarm.stop()

    const leech = await meeting(speaker({ uploadOnly: true }))
    await leech.swarm.pass(2 * partingMs)
    expect(openHosts(leech.member)).toEqual(['10.0.0.9'])
    await leech.swarm.stop()
  })

  test('makes two seeders that know each other find a downloader that only one knows', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const lonely = swarm.add('10.0.0.1', { has: 'all', knows: ['10.0.0.2'] })
    swarm.add('10.0.0.2', { has: 'all', knows: ['10.0.0.3'] })
    listenRaw(swarm, '10.0.0.3', speaker({}).script)
    swarm.start()
    await swarm.pass(partingMs)
    expect(lonely.dialled).toContain('10.0.0.3:6881')
    await swarm.pass(600_000)
    expect(lonely.dialled.filter((one) => one === '10.0.0.2:6881')).toHaveLength(1)
    await swarm.stop()
  })
})

test('an extension that was removed does nothing to the torrent any more', async () => {
  const swarm = createSwarm({ pieces: 4, latencyMs: 5, encryption: 'none' })
  let late: (() => void) | undefined
  const extension = defineExtension({
    name: 'pc_late',
    codec: bencoded,
    start: (host) => ({
      opened: (peer) => {
        late = () => {
          host.fault(peer)
          host.tell({ type: 'metadata.failed', error: new Error('late') })
        }
      },
    }),
  })
  const member = swarm.add('10.0.0.1', { has: 'all', extensions: [extension] })
  swarm.add('10.0.0.2', { knows: ['10.0.0.1'], choker: nobody })
  swarm.start()
  await swarm.until(() => late !== undefined)
  member.torrent.removeExtension('pc_late')
  late?.()
  await swarm.pass(1_000)
  expect([member.state, member.torrent.progress.peers]).toEqual(['seeding', 1])
  await swarm.stop()
})
