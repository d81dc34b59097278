import { describe, expect, test } from 'vitest'
import { createPeer, type PeerOptions } from '../../../actors/peer.ts'
import { encodeMessages } from '../../../testing/remote/encode-messages.ts'
import { extendedHandshake, extendedMessage } from '../../../testing/remote/extended-messages.ts'
import { type RemoteOptions, ScriptedRemote } from '../../../testing/remote/scripted-remote.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { torrent } from '../../pair.ts'

/** A peer of ours, and a remote that dials it. */
function meeting(given: Partial<PeerOptions> = {}, options: Partial<RemoteOptions> = {}) {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const [theirs, ours] = memoryPair({ clock, random, latencyMs: 20, fragment: true })
  const remote = new ScriptedRemote(theirs, { clock, infoHash: torrent.infoHash, ...options })
  const peer = createPeer({ ...torrent, clock, random, encryption: 'none', to: ours, ...given })
  return { clock, remote, peer }
}

const block = { index: 0, begin: 0, length: 16_384 }

describe('a scripted remote', () => {
  test('waits for what it expects, and no longer: the clock stands where it came', () => {
    const { clock, remote, peer } = meeting()
    const { infoHash, features } = remote.shakeHands()
    expect([infoHash, features.fast, features.extended]).toEqual([torrent.infoHash, true, true])
    const before = clock.now()
    clock.setTimeout(() => peer.unchoke(), 500)
    remote.expect('unchoke')
    expect(clock.now() - before).toBe(520)
  })

  test('sends messages by name, and the peer has heard them when what it says in return is expected', () => {
    const { remote, peer } = meeting({ have: Uint8Array.of(0xff, 0xc0) })
    remote.shakeHands()
    remote.expect('have_all')
    remote.say({ name: 'request', requests: [block] })
    expect(remote.expect('reject_request')).toEqual({ name: 'reject_request', requests: [block] })
    expect(peer.amChoking).toBe(true)
  })

  test('passes over what is not expected, and expects nothing twice', () => {
    const { remote, peer } = meeting()
    remote.shakeHands()
    peer.interested()
    peer.unchoke()
    peer.choke()
    remote.expect('unchoke')
    remote.expect('choke')
    expect(() => remote.expect('interested')).toThrow('interested did not come: 10000 ms have passed')
    expect(remote.all('interested')).toHaveLength(1)
  })

  test('looks at the fields of what it expects', () => {
    const { remote, peer } = meeting()
    remote.shakeHands()
    for (const index of [3, 7, 8]) peer.actor.send({ type: 'torrent.have', index })
    expect(remote.expect('have', { where: ({ index }) => index > 3 })).toEqual({ name: 'have', index: 7 })
    expect(() => remote.expect('have', { where: ({ index }) => index === 3, withinMs: 50 })).toThrow(
      '50 ms have passed',
    )
  })

  test('tells in the error what was said before, with its time', () => {
    const { remote } = meeting()
    remote.shakeHands()
    remote.say({ name: 'interested' })
    expect(() => remote.expect('unchoke')).toThrow(
      /unchoke did not come.*\n +0 ms > handshake\n +\d+ ms < handshake, reserved 0000000000100004\n.* > interested/s,
    )
  })

  test('sends any bytes, cut anywhere', () => {
    const { remote, peer } = meeting()
    remote.shakeHands()
    const bytes = encodeMessages({ name: 'have_all' }, { name: 'unchoke' })
    remote.send(bytes.subarray(0, 7))
    remote.send(bytes.subarray(7), Uint8Array.of(0, 0, 0, 3, 1, 0, 0))
    expect(remote.expectEnd().code).toBe('end')
    expect([peer.isSeeder, peer.peerChoking]).toEqual([true, false])
    expect(peer.actor.getSnapshot().context.closeReason).toMatchObject({ source: 'remote', code: 'bad_length' })
  })

  test('has the bytes that came as they stood on the wire', () => {
    const { clock, remote, peer } = meeting()
    remote.shakeHands()
    clock.advance(100)
    remote.take()
    peer.interested()
    clock.advance(100)
    expect(remote.take()).toEqual(encodeMessages({ name: 'interested' }))
    expect(remote.take()).toEqual(new Uint8Array())
  })

  test('expects nothing: neither a message, nor one of those named, nor the end', () => {
    const { remote, peer, clock } = meeting()
    remote.shakeHands()
    clock.advance(100)
    remote.expectNothing(1_000)
    peer.interested()
    remote.expectNothing(100, 'unchoke')
    peer.unchoke()
    expect(() => remote.expectNothing(100)).toThrow('unchoke came, and nothing should')
    peer.stop()
    expect(() => remote.expectNothing(100)).toThrow('the connection ended')
    expect(() => remote.expect('choke')).toThrow('choke did not come: the connection ended')
  })

  test('speaks the extension protocol: greetings, and messages under the id of an extension', () => {
    const { remote, peer } = meeting()
    const told: number[] = []
    peer.on('peer.extended', ({ payload }) => told.push(payload.length))
    remote.shakeHands()
    expect(remote.expectGreeting()).toMatchObject({ v: expect.stringContaining('peerchart') })
    remote.say(extendedHandshake({ m: { pc_test: 7 } }))
    peer.actor.send({ type: 'torrent.greet', greeting: { m: { pc_test: 3 } } })
    expect(remote.expectGreeting().m).toEqual({ pc_test: 3 })
    expect([remote.idOf('pc_test'), remote.idOf('ut_pex')]).toEqual([3, 0])
    remote.say(extendedMessage(remote.idOf('pc_test'), Uint8Array.of(1, 2)))
    peer.actor.send({ type: 'torrent.extended', name: 'pc_test', payload: Uint8Array.of(9) })
    expect(remote.expect('extended', { where: ({ id }) => id === 7 }).payload).toEqual(Uint8Array.of(9))
    expect([remote.extended(7), told]).toEqual([[Uint8Array.of(9)], [2]])
  })

  test('agrees on encryption as the side that dials, and all that it says and hears is encrypted then', () => {
    const { remote, peer } = meeting({ encryption: 'required' })
    expect(remote.encrypt()).toBe('rc4')
    remote.shakeHands()
    remote.say({ name: 'interested' })
    peer.unchoke()
    remote.expect('unchoke')
    expect([peer.isEncrypted, peer.peerInterested]).toEqual([true, true])
    expect(Buffer.from(remote.take()).includes('BitTorrent protocol')).toBe(false)
  })

  test('that offers what the other side refuses is told so', () => {
    const { remote } = meeting({ encryption: 'required' })
    expect(() => remote.encrypt(['plaintext'])).toThrow('encryption did not come: the connection ended')
  })

  test('greets by itself where that is said, and answers what it hears', () => {
    const { clock, remote, peer } = meeting(
      {},
      {
        greets: [{ name: 'have_all' }],
        hears: (message, self) => {
          if (message.name === 'interested') self.say({ name: 'unchoke' })
          if (message.name === 'request')
            self.say({ name: 'piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(16_384) }] })
        },
      },
    )
    clock.advance(200)
    peer.interested()
    clock.advance(200)
    peer.request(0, 0, 16_384)
    clock.advance(200)
    expect([peer.isSeeder, peer.blocksInflight, remote.requests]).toEqual([true, 0, [block]])
  })

  test('keeps one element of each batch of the codec, as it stood on the wire, and its bytes', () => {
    const { clock, remote, peer } = meeting()
    remote.shakeHands()
    remote.say({ name: 'have_all' }, { name: 'unchoke' })
    clock.advance(100)
    peer.request(0, 0, 16_384)
    peer.request(1, 0, 16_384)
    clock.advance(100)
    expect(remote.all('request').map(({ requests }) => requests.length)).toEqual([1, 1])
  })
})

describe('what comes that is no BitTorrent', () => {
  /** A remote, and the end of its connection. */
  function pair(options: Partial<RemoteOptions> = {}) {
    const clock = new SimulatedClock()
    const [theirs, ours] = memoryPair({ clock, random: seededRandom(1) })
    const remote = new ScriptedRemote(theirs, { clock, infoHash: torrent.infoHash, ...options })
    ours.open({ opened() {}, data() {}, drained() {}, closed() {} })
    clock.advance(1)
    ours.write([new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\n\r\n')])
    return { clock, remote, ours }
  }

  test('ends the wait for a message', () => {
    const { remote } = pair()
    expect(() => remote.expect('unchoke')).toThrow('no message is read any more')
    expect(remote.violation?.code).toBe('bad_protocol_string')
  })

  test('ends the wait for a handshake, and for encryption', () => {
    expect(() => pair().remote.expectHandshake()).toThrow('no message is read any more')
    const { clock, remote } = pair()
    clock.advance(10)
    expect(() => remote.encrypt()).toThrow('no message is read any more')
  })

  test('ends no wait for the end, which may yet come', () => {
    const { clock, remote, ours } = pair()
    clock.advance(10)
    expect(remote.violation).toBeDefined()
    clock.setTimeout(() => ours.end(), 500)
    expect(remote.expectEnd().code).toBe('end')
    expect(() => pair().remote.expectEnd(50)).toThrow('the end did not come: 50 ms have passed')
  })

  test('is thrown out of the clock by a remote that greets by itself', () => {
    const { clock } = pair({ greets: [] })
    expect(() => clock.advance(10)).toThrow('what came is no BitTorrent')
  })
})
