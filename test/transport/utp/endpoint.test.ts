import { describe, expect, test } from 'vitest'
import type { DatagramSocket } from '../../../transport/datagrams/datagrams.ts'
import { createDatagramNetwork } from '../../../transport/datagrams/simulated.ts'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Address, TransportEnd } from '../../../transport/transport.ts'
import { acceptedMax, acceptedPerHostMax } from '../../../transport/utp/accepted-count.ts'
import { dialledMax, readMax, UtpEndpoint } from '../../../transport/utp/endpoint.ts'
import { halfOpenMax, missesMax } from '../../../transport/utp/half-open.ts'
import type { UtpHost } from '../../../transport/utp/host.ts'
import { UtpLink } from '../../../transport/utp/link.ts'
import { type Packet, packetTypes } from '../../../transport/utp/packet.ts'
import type { UtpAccepting, UtpDialling, UtpStream } from '../../../transport/utp/stream.ts'
import { RawRemote } from './raw-remote.ts'

const { data, fin, state, reset, syn } = packetTypes

/** Keeps what an endpoint has it do. */
class FakeStream implements UtpStream {
  readonly kind = 'utp'
  readonly direction: 'in' | 'out'
  readonly queuedBytes = 0
  receiveId: number | undefined
  sendId: number | undefined
  dialling: UtpDialling | undefined
  readonly packets: Packet[] = []
  turnsCount = 0
  onTurn: () => void = () => undefined
  failed: TransportEnd | undefined
  isDestroyed = false

  readonly host: UtpHost
  readonly remote: Address
  readonly accepting: UtpAccepting | undefined

  constructor(host: UtpHost, remote: Address, accepting?: UtpAccepting) {
    this.host = host
    this.remote = remote
    this.accepting = accepting
    this.direction = accepting ? 'in' : 'out'
    if (!accepting) return
    this.sendId = accepting.syn.connectionId
    this.receiveId = (this.sendId + 1) & 0xffff
  }

  dial(dialling: UtpDialling): void {
    this.dialling = dialling
    this.receiveId = dialling.receiveId
    this.sendId = (dialling.receiveId + 1) & 0xffff
  }

  receive(packet: Packet): void {
    this.packets.push(packet)
    this.host.turnLater()
  }

  turn(): void {
    this.turnsCount++
    this.onTurn()
  }

  fail(end: TransportEnd): void {
    this.failed = end
  }

  destroy(): void {
    this.isDestroyed = true
  }

  open(): void {}
  write(): boolean {
    return true
  }
  pause(): void {}
  resume(): void {}
  readAtMost(): void {}
  end(): void {}
}

function scene() {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const network = createDatagramNetwork({ clock, random })
  const streams: FakeStream[] = []
  const told: UtpStream[] = []
  let emptiedCount = 0
  let isAwaited = false
  let isHeld = true
  const endpoint = new UtpEndpoint({
    clock,
    random,
    accepted: (host, remote, accepting) => {
      const stream = new FakeStream(host, remote, accepting)
      streams.push(stream)
      return stream
    },
    emptied: () => emptiedCount++,
    isAwaited: () => isAwaited,
  })
  const address = { host: 'ours', port: 6881 }
  let sentCount = 0
  network.host('ours').bind(address, endpoint, (bound) => {
    if (bound instanceof Error) throw bound
    const counting: DatagramSocket = {
      ...bound,
      departed: 0,
      ref() {
        isHeld = true
      },
      unref() {
        isHeld = false
      },
      send: (bytes, to) => {
        sentCount++
        return bound.send(bytes, to)
      },
    }
    endpoint.start(counting)
  })
  const remote = (name: string) => new RawRemote(network.host(name), { host: name, port: 6881 }, address)
  const accept = () => endpoint.startAccepting((stream) => told.push(stream))
  const settle = () => {
    while (clock.advanceToNext()) {
      // Until nothing is under way.
    }
  }
  const dial = (to: Address) => {
    let made: FakeStream | undefined
    const make = (host: UtpHost) => {
      made = new FakeStream(host, to)
      return made
    }
    const link = new UtpLink({ clock, to, carrier: endpoint, make })
    endpoint.dial(link)
    if (made === undefined) throw new Error('no stream was made')
    return { link, stream: made }
  }
  return {
    clock,
    endpoint,
    network,
    streams,
    told,
    remote,
    accept,
    settle,
    dial,
    sent: () => sentCount,
    emptied: () => emptiedCount,
    isHeld: () => isHeld,
    await(is: boolean) {
      isAwaited = is
      endpoint.hold()
    },
  }
}

/** The number of our answer to a SYN. */
function answered(remote: RawRemote): number {
  const answer = remote.packets.at(-1)
  expect(answer?.type).toBe(state)
  remote.packets.length = 0
  return answer?.sequence ?? 0
}

describe('a SYN', () => {
  test('is answered with a STATE, of its id and number, no longer than itself; there is no connection yet', () => {
    const { remote, accept, settle, streams, told } = scene()
    accept()
    const far = remote('far')
    far.say({ type: syn, connectionId: 0xffff, sequence: 77 })
    settle()
    expect(far.packets).toMatchObject([{ type: state, connectionId: 0xffff, ack: 77 }])
    expect([far.receivedBytes, streams, told]).toEqual([20, [], []])
  })

  test('again is answered again, alike, and makes no second connection', () => {
    const { remote, accept, settle, streams } = scene()
    accept()
    const far = remote('far')
    for (let count = 0; count < 3; count++) far.say({ type: syn, connectionId: 5, sequence: 77 })
    settle()
    const [first, ...others] = far.packets.map(({ type, sequence, ack }) => ({ type, sequence, ack }))
    expect(others).toEqual([first, first])
    far.say({ type: data, connectionId: 6, sequence: 78, ack: first?.sequence ?? 0 })
    far.say({ type: syn, connectionId: 5, sequence: 77 })
    settle()
    expect(streams.length).toBe(1)
    expect(streams[0]?.packets.map(({ type }) => type)).toEqual([data, syn])
  })

  test('where nobody accepts is reset, and from then on where nobody accepts any more', () => {
    const { remote, accept, endpoint, settle, streams } = scene()
    const far = remote('far')
    far.say({ type: syn, connectionId: 5 })
    settle()
    expect(far.packets).toMatchObject([{ type: reset, connectionId: 5 }])
    far.packets.length = 0
    accept()
    far.say({ type: syn, connectionId: 5 })
    settle()
    const sequence = answered(far)
    endpoint.stopAccepting()
    far.say({ type: data, connectionId: 6, ack: sequence })
    far.say({ type: syn, connectionId: 7 })
    settle()
    expect([far.types(), streams]).toEqual([[reset, reset], []])
  })

  test('of a connection that we dialled is not answered', () => {
    const { remote, accept, dial, settle } = scene()
    accept()
    const far = remote('far')
    const { stream } = dial(far.address)
    far.say({ type: syn, connectionId: ((stream.receiveId ?? 0) - 1) & 0xffff })
    settle()
    expect([far.packets, stream.packets]).toEqual([[], []])
  })

  test('does not cost more memory than is bounded, nor a timer, when more come from forged addresses than may be half open', () => {
    const { clock, endpoint, accept, sent } = scene()
    accept()
    const packet = new Uint8Array(20)
    packet[0] = 0x41
    for (let i = 0; i < 2 * halfOpenMax; i++) {
      packet[2] = i >> 8
      packet[3] = i
      endpoint.received(packet.slice(), { host: `192.0.${i & 0xff}.${i >> 8}`, port: 1 })
    }
    expect(endpoint.halfOpenCount).toBe(halfOpenMax)
    expect(sent()).toBe(2 * halfOpenMax)
    clock.advance(0)
    expect(clock.pending).toBe(0)
  })
})

describe('a half-open connection', () => {
  test.each([
    ['DATA', data, 0],
    ['DATA of a remote that does not count our answer', data, -1],
    ['STATE', state, 0],
    ['STATE that keeps alive', state, -2],
    ['FIN', fin, 0],
  ])(
    'becomes one by a %s that knows the number of our answer, and is told at the end of the turn',
    (_, type, offset) => {
      const { clock, remote, accept, settle, streams, told } = scene()
      accept()
      const far = remote('far')
      far.say({ type: syn, connectionId: 5, sequence: 77 })
      settle()
      const sequence = answered(far)
      far.say({ type, connectionId: 6, sequence: 78, ack: (sequence + offset) & 0xffff })
      clock.advanceToNext()
      expect([streams.length, told.length]).toEqual([1, 0])
      settle()
      expect(told).toEqual(streams)
      const [stream] = streams
      expect(stream?.accepting).toMatchObject({
        sequence,
        datagramBytesMax: 1400,
        syn: { connectionId: 5, sequence: 77 },
      })
      expect([stream?.remote, stream?.packets.length, stream?.turnsCount]).toEqual([far.address, 1, 1])
    },
  )

  test('does not by one that guesses: that is reset', () => {
    const { remote, accept, settle, streams } = scene()
    accept()
    const far = remote('far')
    far.say({ type: syn, connectionId: 5 })
    settle()
    const sequence = answered(far)
    far.say({ type: data, connectionId: 6, ack: (sequence + 1) & 0xffff })
    settle()
    expect([streams, far.types()]).toEqual([[], [reset]])
  })

  test.each([
    [missesMax - 1, 1],
    [missesMax, 0],
  ])('is forgotten for those who guess: after %d misses the right number makes %d', (misses, made) => {
    const { endpoint, remote, accept, settle, streams } = scene()
    accept()
    const far = remote('far')
    far.say({ type: syn, connectionId: 5 })
    settle()
    const sequence = answered(far)
    for (let i = 0; i < misses; i++) far.say({ type: data, connectionId: 6, ack: (sequence + 100 + i) & 0xffff })
    far.say({ type: data, connectionId: 6, ack: sequence })
    settle()
    expect([streams.length, endpoint.halfOpenCount]).toEqual([made, 0])
  })

  test.each([5, 6])('is forgotten when a RESET with the id %d comes', (connectionId) => {
    const { remote, accept, settle, streams } = scene()
    accept()
    const far = remote('far')
    far.say({ type: syn, connectionId: 5 })
    settle()
    const sequence = answered(far)
    far.say({ type: reset, connectionId })
    far.say({ type: data, connectionId: 6, ack: sequence })
    settle()
    expect([streams, far.types()]).toEqual([[], [reset]])
  })

  test('that becomes one when nobody accepts any more is destroyed', () => {
    const { clock, endpoint, remote, accept, settle, streams, told } = scene()
    accept()
    const far = remote('far')
    far.say({ type: syn, connectionId: 5 })
    settle()
    far.say({ type: data, connectionId: 6, ack: answered(far) })
    clock.advanceToNext()
    endpoint.stopAccepting()
    settle()
    expect([streams[0]?.isDestroyed, told]).toEqual([true, []])
  })
})

describe('a stranger', () => {
  test.each([
    ['DATA', data],
    ['STATE', state],
    ['FIN', fin],
  ])('that says %s is reset by its id, with 20 bytes', (_, type) => {
    const { remote, accept, settle } = scene()
    accept()
    const far = remote('far')
    far.say({ type, connectionId: 9, sequence: 70 })
    settle()
    expect(far.packets).toMatchObject([{ type: reset, connectionId: 9, ack: 70 }])
    expect(far.receivedBytes).toBe(20)
  })

  test('that says RESET, or what is no packet, is not answered', () => {
    const { remote, accept, settle } = scene()
    accept()
    const far = remote('far')
    far.say({ type: reset, connectionId: 9 })
    for (const bytes of [[], [0x21], Array(20).fill(0x64), [0x51, ...Array(19).fill(0)]])
      far.throw(Uint8Array.from(bytes))
    settle()
    expect(far.packets).toEqual([])
  })

  test('that says much in one turn is answered a bounded number of times, and again in the next', () => {
    const { remote, accept, settle } = scene()
    accept()
    const far = remote('far')
    for (let round = 1; round <= 2; round++) {
      for (let count = 0; count < 100; count++) far.say({ type: data, connectionId: count })
      settle()
      expect(far.types().length).toBe(32)
    }
  })
})

describe('a connection', () => {
  test('gets the packets of its id and remote, and a RESET by either id', () => {
    const { remote, dial, settle } = scene()
    const [far, other] = [remote('far'), remote('other')]
    const [one, two] = [dial(far.address), dial(other.address)]
    const { receiveId = 0, sendId = 0 } = one.stream
    far.say({ type: state, connectionId: receiveId })
    for (const connectionId of [receiveId, sendId]) far.say({ type: reset, connectionId })
    other.say({ type: reset, connectionId: receiveId })
    settle()
    expect(one.stream.packets.map(({ type }) => type)).toEqual([state, reset, reset])
    expect(two.stream.packets).toEqual([])
  })

  test('dials with an id that is free, and whose neighbours are', () => {
    const { dial, settle } = scene()
    const to = { host: 'far', port: 6881 }
    const ids = Array.from({ length: 1000 }, () => dial(to).stream.receiveId ?? -1).sort((one, other) => one - other)
    expect(ids.every((id, i) => i === 0 || id - (ids[i - 1] ?? 0) > 1)).toBe(true)
    settle()
  })

  test('with oneself has both its ends on one socket', () => {
    const { accept, endpoint, dial, settle, streams, network, clock } = scene()
    accept()
    const own = { host: 'ours', port: 6881 }
    const { stream } = dial(own)
    const { receiveId = 0, sendId = 0 } = stream
    // What it would send from there.
    const say = (type: number, connectionId: number, ack: number) => {
      const bytes = new Uint8Array(20)
      bytes.set([(type << 4) | 1, 0, connectionId >> 8, connectionId])
      bytes.set([ack >> 8, ack], 18)
      endpoint.received(bytes, own)
    }
    say(syn, receiveId, 0)
    settle()
    const [answer] = stream.packets
    expect([answer?.type, answer?.connectionId]).toEqual([state, receiveId])
    say(data, sendId, answer?.sequence ?? 0)
    settle()
    expect(streams[0]?.packets.map(({ type }) => type)).toEqual([data])
    expect([network !== undefined, clock.pending]).toEqual([true, 0])
  })

  test('has one turn for all that came in a turn of the loop, and what it asks for meanwhile in the next', () => {
    const { remote, dial, settle } = scene()
    const far = remote('far')
    const { stream } = dial(far.address)
    for (let count = 0; count < 10; count++) far.say({ type: state, connectionId: stream.receiveId ?? 0 })
    settle()
    expect([stream.packets.length, stream.turnsCount]).toEqual([10, 1])
    stream.onTurn = () => {
      if (stream.turnsCount < 5) stream.host.turnLater()
    }
    stream.host.turnLater()
    settle()
    expect(stream.turnsCount).toBe(5)
  })

  test('is told that the socket may have more when that gave as much as it gives in a turn, until the turn is over', () => {
    const { remote, dial, settle } = scene()
    const far = remote('far')
    const { stream } = dial(far.address)
    const told: boolean[] = []
    stream.onTurn = () => told.push(stream.host.hasMore)
    for (const count of [readMax - 1, readMax, 1]) {
      for (let i = 0; i < count; i++) far.say({ type: state, connectionId: stream.receiveId ?? 0 })
      settle()
    }
    expect(told).toEqual([false, true, false])
  })

  test('is told so of what came in this turn alone, though nothing was to be done in those before', () => {
    const { endpoint, remote, dial, settle } = scene()
    const far = remote('far')
    const { stream } = dial(far.address)
    for (let i = 1; i < readMax; i++) {
      endpoint.received(Uint8Array.of(0), far.address)
      settle()
    }
    const told: boolean[] = []
    stream.onTurn = () => told.push(stream.host.hasMore)
    far.say({ type: state, connectionId: stream.receiveId ?? 0 })
    settle()
    expect(told).toEqual([false])
  })

  test('that throws in its turn costs the others nothing', () => {
    const { clock, dial } = scene()
    const all = ['a', 'b', 'c'].map((host) => dial({ host, port: 1 }).stream)
    for (const stream of all) stream.host.turnLater()
    const [first] = all
    if (first) {
      first.onTurn = () => {
        throw new Error('no')
      }
    }
    expect(() => clock.advance(0)).toThrow('no')
    clock.advance(0)
    expect(all.map(({ turnsCount }) => turnsCount)).toEqual([1, 1, 1])
  })

  test('that is free is a stranger, and still has the turn it asked for', () => {
    const { remote, dial, settle, emptied } = scene()
    const far = remote('far')
    const { stream } = dial(far.address)
    stream.host.turnLater()
    stream.host.free()
    far.say({ type: state, connectionId: stream.receiveId ?? 0 })
    settle()
    expect([far.types(), stream.packets, stream.turnsCount, emptied()]).toEqual([[reset], [], 1, 1])
  })
})

describe('the bounds of a socket', () => {
  /** Connections that remotes of these hosts ask for and prove; answers what the last was told. */
  function askedBy(hosts: readonly string[]) {
    const made = scene()
    made.accept()
    const remotes = new Map([...new Set(hosts)].map((host) => [host, made.remote(host)]))
    hosts.forEach((host, i) => {
      const far = remotes.get(host)
      far?.say({ type: syn, connectionId: 2 * i, sequence: 77 })
      made.settle()
      const [answer] = far?.packets.splice(0) ?? []
      if (answer?.type === state) far?.say({ type: data, connectionId: 2 * i + 1, ack: answer.sequence })
    })
    made.settle()
    return { ...made, remotes }
  }

  test('leave a host a share of the accepted connections; another still has its own, and one that is over makes room', () => {
    const { remotes, remote, settle, streams } = askedBy(Array(acceptedPerHostMax).fill('far'))
    const far = remotes.get('far')
    expect(streams.length).toBe(acceptedPerHostMax)
    const asks = () => {
      far?.say({ type: syn, connectionId: 5001 })
      settle()
      return far?.types()
    }
    expect(asks()).toEqual([reset])
    const other = remote('other')
    other.say({ type: syn, connectionId: 1 })
    settle()
    expect(other.types()).toEqual([state])
    streams[7]?.host.free()
    expect(asks()).toEqual([state])
  })

  test('count those that were asked for at once when they are proven', () => {
    const { accept, remote, settle, streams } = scene()
    accept()
    const far = remote('far')
    for (let i = 0; i < acceptedPerHostMax + 5; i++) far.say({ type: syn, connectionId: 2 * i })
    settle()
    for (const { connectionId, sequence } of far.packets.splice(0))
      far.say({ type: data, connectionId: connectionId + 1, ack: sequence })
    settle()
    expect(streams.length).toBe(acceptedPerHostMax)
    expect(far.types()).toEqual(Array(5).fill(reset))
  })

  test('keep places for dials, however many connections came in, and the other way round', () => {
    const hosts = Array.from({ length: acceptedMax }, (_, i) => `far${i % 16}`)
    const { streams, remote, settle, dial } = askedBy(hosts)
    expect(streams.length).toBe(acceptedMax)
    const late = remote('late')
    late.say({ type: syn, connectionId: 1 })
    settle()
    expect(late.types()).toEqual([reset])
    for (let i = 0; i < dialledMax; i++) dial({ host: `to${i}`, port: 1 })
    streams[0]?.host.free()
    expect(dial({ host: 'to', port: 1 }).stream.failed).toMatchObject({ code: 'error' })
    late.say({ type: syn, connectionId: 1 })
    settle()
    expect(late.types()).toEqual([state])
  })
})

test('a socket is empty when nobody accepts and the last connection is over', () => {
  const { endpoint, accept, dial, emptied } = scene()
  expect(endpoint.isEmpty).toBe(true)
  accept()
  const { stream } = dial({ host: 'far', port: 1 })
  endpoint.stopAccepting()
  expect([endpoint.isEmpty, emptied()]).toEqual([false, 0])
  stream.host.free()
  expect([endpoint.isEmpty, emptied()]).toEqual([true, 1])
})

test('its socket keeps the process alive for who accepts, for connections with an owner and for who waits, not for what lingers', () => {
  const scenery = scene()
  const { endpoint, accept, dial, isHeld } = scenery
  const [one, other] = [dial({ host: 'far', port: 1 }), dial({ host: 'far', port: 2 })]
  one.link.disowned()
  expect(isHeld()).toBe(true)
  other.link.disowned()
  expect(isHeld()).toBe(false)
  scenery.await(true)
  expect(isHeld()).toBe(true)
  scenery.await(false)
  accept()
  expect(isHeld()).toBe(true)
  endpoint.stopAccepting()
  expect(isHeld()).toBe(false)
  const last = dial({ host: 'far', port: 3 })
  expect(isHeld()).toBe(true)
  // It is free before its owner hears that it is closed.
  last.link.free()
  last.link.disowned()
  expect(isHeld()).toBe(false)
  dial({ host: 'far', port: 4 })
  expect(isHeld()).toBe(true)
})

test('any packets, from anywhere, never throw, are answered with no more bytes than they have, and keep a bounded memory', () => {
  const { endpoint, remote, accept, dial, settle, streams } = scene()
  accept()
  const random = seededRandom(7)
  const bytesOf = randomBytesFrom(random)
  const far = Array.from({ length: 8 }, (_, i) => remote(`far${i}`))
  const dialled = far.map(({ address }) => dial(address).stream)
  for (let count = 0; count < 10_000; count++) {
    const from = far[Math.floor(random() * far.length)]
    const bytes = bytesOf(Math.floor(random() * 60))
    // Most are packets, of few ids.
    if (random() < 0.9 && bytes.length > 3) {
      bytes[0] = (Math.floor(random() * 5) << 4) | 1
      bytes[1] = random() < 0.8 ? 0 : (bytes[1] ?? 0)
      const known = dialled[Math.floor(random() * dialled.length)]?.receiveId ?? 0
      const id = random() < 0.3 ? known + Math.floor(random() * 3) - 1 : Math.floor(random() * 20)
      bytes.set([id >> 8, id], 2)
    }
    from?.throw(bytes)
    if (count % 50 === 0) settle()
  }
  settle()
  for (const { sentBytes, receivedBytes } of far) expect(receivedBytes).toBeLessThanOrEqual(sentBytes)
  expect(far.some(({ packets }) => packets.length > 100)).toBe(true)
  expect(endpoint.halfOpenCount).toBeLessThanOrEqual(halfOpenMax)
  expect(streams.length).toBeLessThanOrEqual(8 * 20)
})
