import { describe, expect, test } from 'vitest'
import { receiveBytesMax } from '../../../transport/utp/incoming.ts'
import { packetTypes } from '../../../transport/utp/packet.ts'
import { bytesFrom } from './hosted-stream.ts'
import { fullPayloadBytes, payloadBytes, ScriptedRemote } from './scripted-remote.ts'

/** What programs in the wild do, and what BEP 29 leaves open, with a remote that says what the test says. */

const { data, fin, state, reset, syn } = packetTypes

describe('opening', () => {
  test('a SYN carries the id that we receive on, everything after it the next one', () => {
    const remote = ScriptedRemote.dialled()
    expect(remote.sent()).toMatchObject([{ type: syn, connectionId: 100, sequence: 500 }])
    remote.say({ sequence: 900, ack: 500 })
    remote.write(1)
    expect(remote.sent().map(({ connectionId }) => connectionId)).toEqual([101, 101])
  })

  test('who answers a SYN sends with its id, and receives on the next one', () => {
    const remote = ScriptedRemote.accepted()
    expect([remote.end.stream.receiveId, remote.end.stream.sendId]).toEqual([301, 300])
    expect(remote.sent()).toMatchObject([{ type: state, connectionId: 300, sequence: 200, ack: 700 }])
  })

  test("the answer to a SYN takes no number: the dialler's ack is one below it, and the acceptor's first data has it", () => {
    const dialled = ScriptedRemote.connected()
    dialled.data(900, 0, 10)
    dialled.pass(0)
    expect(dialled.end.receivedBytes).toBe(10)
    expect(dialled.sent()).toMatchObject([{ ack: 900 }])
    const accepted = ScriptedRemote.accepted()
    accepted.say({ connectionId: 301, sequence: 701, ack: 199 })
    accepted.sent()
    accepted.write(1)
    expect(accepted.sentData()).toEqual([200])
  })

  test('a dialler may count our answer to its SYN: then our first data has the number behind it', () => {
    const remote = ScriptedRemote.accepted()
    remote.sent()
    remote.data(701, 0, 10, { connectionId: 301, ack: 200 })
    remote.pass(0)
    expect([remote.end.life.stage, remote.end.receivedBytes]).toEqual(['connected', 10])
    expect(remote.sent()).toMatchObject([{ type: state, sequence: 201, ack: 701 }])
    remote.write(2)
    expect(remote.sentData()).toEqual([201, 202])
    remote.say({ connectionId: 301, sequence: 702, ack: 202 })
    remote.end.stream.end()
    remote.pass(0)
    expect(remote.sent()).toMatchObject([{ type: fin, sequence: 203 }])
  })

  test('a SYN-ACK may carry extensions, and is one with nothing but a STATE that acknowledges the SYN', () => {
    const remote = ScriptedRemote.dialled()
    remote.say({ type: data, sequence: 900, ack: 500, payload: bytesFrom(0, 5) })
    remote.say({ sequence: 900, ack: 499 })
    expect(remote.end.life.stage).toBe('syn_sent')
    remote.say({ sequence: 900, ack: 500, extensions: [2, [0, 8, 0, 0, 0, 0, 0, 0, 0, 0]] })
    expect([remote.end.life.stage, remote.end.calls]).toEqual(['connected', ['opened']])
  })

  test('a SYN that comes again is answered again as it was, as long as nothing shows that the answer came', () => {
    const remote = ScriptedRemote.accepted()
    remote.sent()
    remote.say({ type: syn, connectionId: 300, sequence: 700 })
    expect(remote.sent()).toMatchObject([{ type: state, sequence: 200, ack: 700 }])
    remote.say({ connectionId: 301, sequence: 701, ack: 199 })
    remote.sent()
    remote.say({ type: syn, connectionId: 300, sequence: 700 })
    expect([remote.sent(), remote.end.life.stage]).toEqual([[], 'connected'])
  })

  test('who answered a SYN sends no data before the remote has shown that it got the answer', () => {
    const remote = ScriptedRemote.accepted()
    remote.sent()
    remote.write(3)
    remote.say({ connectionId: 301, sequence: 701, ack: 150 })
    expect([remote.sentData(), remote.end.isEstablished]).toEqual([[], false])
    remote.say({ connectionId: 301, sequence: 701, ack: 199 })
    expect([remote.sentData(), remote.end.isEstablished]).toEqual([[200, 201, 202], true])
  })

  test('a dialler that writes nothing shows that the answer came, thrice more within 3 s, as that may be lost', () => {
    const remote = ScriptedRemote.dialled()
    remote.sent()
    remote.say({ sequence: 900, ack: 500 })
    expect(remote.sent()).toMatchObject([{ type: state, ack: 899 }])
    remote.pass(20_000)
    expect(remote.sentTypes()).toEqual(['state', 'state', 'state'])
  })

  test('three lost SYNs do not end a dial: it ends by timeout after 45 s', () => {
    const remote = ScriptedRemote.dialled()
    remote.pass(44_999)
    expect([remote.sentTypes(), remote.end.ended]).toEqual([Array(6).fill('syn'), undefined])
    remote.pass(1)
    expect([remote.end.ended?.code, remote.end.calls, remote.end.life.stage]).toEqual([
      'timeout',
      ['closed'],
      'timed_out',
    ])
    expect([remote.end.isFree, remote.clock.pending]).toEqual([true, 0])
  })

  test('a SYN that nobody confirms is forgotten after 30 s, silently', () => {
    const remote = ScriptedRemote.accepted()
    remote.sent()
    remote.pass(31_000)
    expect([remote.sent(), remote.end.life.stage, remote.clock.pending]).toEqual([[], 'timed_out', 0])
  })

  test('each of the first four writes has packets of its own', () => {
    const remote = ScriptedRemote.connected()
    for (let i = 0; i < 6; i++) remote.end.stream.write([new Uint8Array(10)])
    remote.pass(0)
    expect(remote.sent().map(payloadBytes)).toEqual([10, 10, 10, 10, 20])
  })
})

describe('what comes', () => {
  test('a RESET ends it: refused while dialling, reset afterwards, and is not answered', () => {
    const dialling = ScriptedRemote.dialled()
    dialling.sent()
    dialling.say({ type: reset, connectionId: 100 })
    expect([dialling.end.ended?.code, dialling.end.life.stage, dialling.sent()]).toEqual(['refused', 'reset', []])
    const connected = ScriptedRemote.connected()
    connected.say({ type: reset, connectionId: 101 })
    expect([connected.end.ended?.code, connected.sent(), connected.clock.pending]).toEqual(['reset', [], 0])
  })

  test('an acknowledgement that is older is taken, one of what was not sent is dropped with its packet', () => {
    const remote = ScriptedRemote.connected()
    remote.write(1)
    remote.data(900, 0, 10, { ack: 502 })
    remote.pass(0)
    expect(remote.end.receivedBytes).toBe(0)
    remote.data(900, 0, 10, { ack: 499 })
    remote.pass(0)
    expect(remote.end.receivedBytes).toBe(10)
  })

  test('everything that comes in a turn is acknowledged by one packet at its end, and told at once', () => {
    const remote = ScriptedRemote.connected()
    for (let i = 0; i < 10; i++) remote.data(900 + i, i * 100, i * 100 + 100)
    let reads = 0
    remote.end.onData = () => void reads++
    expect(remote.sent()).toEqual([])
    remote.pass(0)
    expect(remote.sent()).toMatchObject([{ type: state, ack: 909 }])
    expect([reads, remote.end.receivedBytes]).toEqual([1, 1000])
  })

  test('data that leaves in the same turn acknowledges, unless something is missing', () => {
    const remote = ScriptedRemote.connected()
    remote.end.onData = () => void remote.end.stream.write([bytesFrom(0, 10)])
    remote.data(900, 0, 10)
    remote.pass(0)
    expect(remote.sent()).toMatchObject([{ type: data, ack: 900 }])
    remote.data(902, 20, 30)
    remote.end.stream.write([bytesFrom(10, 20)])
    remote.pass(0)
    expect(remote.sent()).toMatchObject([
      { type: data, ack: 900 },
      { type: state, ack: 900, selectiveAckLength: 4 },
    ])
  })

  test('what comes again is acknowledged again', () => {
    const remote = ScriptedRemote.connected()
    remote.data(900, 0, 10)
    remote.pass(0)
    remote.sent()
    remote.data(900, 0, 10)
    remote.pass(0)
    expect([remote.sent().map(({ ack }) => ack), remote.end.receivedBytes]).toEqual([[900], 10])
  })

  test('a FIN ends it behind the bytes before it, is acknowledged with its own number, and answered by ours', () => {
    const remote = ScriptedRemote.connected()
    remote.hear({ type: fin, sequence: 901 })
    remote.pass(0)
    expect([remote.sent().map(({ ack }) => ack), remote.end.ended]).toEqual([[899], undefined])
    remote.data(902, 10, 20)
    remote.data(900, 0, 10)
    remote.pass(0)
    expect([remote.end.receivedBytes, remote.end.isRight, remote.end.ended?.code]).toEqual([10, true, 'end'])
    expect(remote.sent()).toMatchObject([{ type: fin, ack: 901, sequence: 501 }])
  })

  test('a FIN that comes again is acknowledged again, until the remote has acknowledged ours', () => {
    const remote = ScriptedRemote.connected()
    remote.say({ type: fin, sequence: 900 })
    remote.sent()
    remote.say({ type: fin, sequence: 900 })
    expect(remote.sent()).toMatchObject([{ type: state, ack: 900 }])
    remote.say({ sequence: 901, ack: 501 })
    expect([remote.end.life.stage, remote.end.isFree, remote.clock.pending]).toEqual(['closed', true, 0])
  })

  test('an unread stream shuts the window, and tells at once when there is room again', () => {
    const remote = ScriptedRemote.connected()
    remote.end.stream.pause()
    let sequence = 900
    let at = 0
    while (at + 1380 <= receiveBytesMax) {
      remote.data(sequence++, at, at + 1380)
      at += 1380
    }
    remote.pass(0)
    expect(remote.sent().at(-1)?.window).toBe(receiveBytesMax - at)
    remote.data(sequence, at, at + 1380)
    remote.pass(0)
    expect([remote.sent().at(-1)?.ack, remote.end.receivedBytes]).toEqual([sequence - 1, 0])
    remote.end.stream.resume()
    remote.pass(0)
    expect(remote.sent()).toMatchObject([{ type: state, ack: sequence - 1, window: receiveBytesMax }])
    expect([remote.end.receivedBytes, remote.end.isRight]).toEqual([at, true])
  })
})

describe('what is sent', () => {
  test('a bit of a selective acknowledgement is the second packet behind the acknowledged one, and lengths may be anything', () => {
    const remote = ScriptedRemote.connected()
    remote.write(4)
    expect(remote.sentData()).toEqual([501, 502, 503, 504])
    remote.pass(40)
    remote.say({ ack: 500, mask: [], extensions: [1, [0, 0]] })
    remote.say({ ack: 500, mask: [], extensions: [1, [0, 1, 0b110]] })
    remote.pass(30)
    expect(remote.sentData()).toEqual([501, 502])
  })

  test('a mask that speaks of more than was sent is heeded as far as it goes', () => {
    const remote = ScriptedRemote.connected()
    remote.write(2)
    remote.pass(40)
    remote.sent()
    remote.say({ ack: 500, mask: Array(32).fill(0xff) })
    remote.pass(30)
    expect(remote.sentData()).toEqual([501])
    remote.say({ ack: 502 })
    remote.write(1)
    expect(remote.sentData()).toEqual([503])
  })

  test('a packet is lost by time: not at the acknowledgement of later ones, but a quarter of a round trip after', () => {
    const remote = ScriptedRemote.connected(40)
    remote.write(4)
    remote.pass(40)
    remote.sent()
    remote.say({ ack: 500, mask: [0b111, 0, 0, 0] })
    remote.pass(9)
    expect(remote.sentData()).toEqual([])
    remote.pass(2)
    expect(remote.sentData()).toEqual([501])
  })

  test('packets that come late widen the margin: the next late one is not sent again', () => {
    const remote = ScriptedRemote.connected(40)
    remote.write(4)
    remote.pass(40)
    remote.say({ ack: 500, mask: [0b111, 0, 0, 0] })
    remote.pass(20)
    remote.say({ ack: 504 })
    remote.sent()
    remote.write(4)
    remote.pass(40)
    remote.sent()
    remote.say({ ack: 504, mask: [0b111, 0, 0, 0] })
    remote.pass(24)
    expect(remote.sentData()).toEqual([])
  })

  test('what a mask of 32 bytes does not reach is not lost', () => {
    const remote = ScriptedRemote.connected(40)
    let upTo = 500
    for (let round = 0; round < 8; round++) {
      remote.write(300)
      upTo = remote.sentData().at(-1) ?? upTo
      remote.pass(40)
      remote.say({ ack: upTo })
    }
    remote.pass(0)
    const numbers = remote.sentData()
    expect(numbers.length).toBeGreaterThan(300)
    const first = numbers[0] ?? 0
    const last = numbers.at(-1) ?? 0
    remote.pass(40)
    remote.say({ ack: first - 1, mask: Array(32).fill(0xff) })
    remote.pass(60)
    const again = remote.sentData().filter((sequence) => numbers.includes(sequence))
    expect([again[0], again.filter((sequence) => sequence > first && sequence < last)]).toEqual([first, []])
  })

  test('acknowledgements that repeat themselves make nothing lost', () => {
    const remote = ScriptedRemote.connected(40)
    remote.write(4)
    remote.sent()
    for (let i = 0; i < 10; i++) remote.say({ ack: 500 })
    for (let i = 0; i < 10; i++) remote.data(900 + i, i, i + 1, { ack: 500 })
    remote.pass(50)
    expect(remote.sentData()).toEqual([])
  })

  test('the last packet is sent again after two round trips, once, before everything counts as lost', () => {
    const remote = ScriptedRemote.connected(40)
    remote.write(3)
    remote.sent()
    remote.pass(99)
    expect(remote.sentData()).toEqual([])
    remote.pass(2)
    expect(remote.sentData()).toEqual([503])
    remote.pass(398)
    expect(remote.sentData()).toEqual([])
    remote.pass(2)
    expect(remote.sentData()).toEqual([501])
  })

  test('the retransmission timer begins with the first data and goes on from what is newly acknowledged, not from what is sent', () => {
    const remote = ScriptedRemote.connected(40)
    remote.write(1)
    remote.pass(300)
    remote.write(1)
    remote.sent()
    remote.pass(199)
    expect(remote.sentData()).toEqual([])
    remote.pass(2)
    expect(remote.sentData()).toEqual([501])
  })

  test('what has not left the socket is not lost, however long it takes', () => {
    const remote = ScriptedRemote.connected(40)
    remote.end.isStuck = true
    remote.write(3)
    remote.sent()
    remote.pass(100_000)
    expect([remote.sent().filter(({ type }) => type === data), remote.end.ended]).toEqual([[], undefined])
    remote.end.release()
    remote.pass(1000)
    expect(remote.sentData()[0]).toBe(501)
  })

  test('a remote that acknowledges nothing is gone after six timeouts, of 500 ms to 15 s: 30.5 s', () => {
    const remote = ScriptedRemote.connected(40)
    remote.write(1)
    remote.pass(30_499)
    expect(remote.end.ended).toBeUndefined()
    remote.pass(1)
    expect([remote.end.ended?.code, remote.end.life.stage, remote.clock.pending]).toEqual(['timeout', 'timed_out', 0])
  })

  test('a shut window is asked by a packet, at longer and longer intervals, for as long as the remote answers', () => {
    const remote = ScriptedRemote.connected(40)
    remote.window = 0
    remote.say({})
    remote.write(2)
    expect(remote.sentData()).toEqual([])
    for (let i = 0; i < 200; i++) {
      remote.pass(15_000)
      remote.say({})
    }
    const probes = remote.sentData()
    expect(remote.end.ended).toBeUndefined()
    expect([new Set(probes), probes.length > 150]).toEqual([new Set([501]), true])
  })

  test('when the window opens, what asked is sent at once and the rest behind it', () => {
    const remote = ScriptedRemote.connected(40)
    remote.window = 0
    remote.say({})
    remote.write(3)
    remote.pass(600)
    expect(remote.sentData()).toEqual([501])
    remote.window = 1e6
    remote.say({})
    expect(remote.sentData()).toEqual([501, 502, 503])
  })

  test('a window that stays shut is asked by bytes alone: once the last are acknowledged, nothing is sent and nothing waits', () => {
    const remote = ScriptedRemote.connected(40)
    remote.window = 0
    remote.say({})
    remote.end.stream.write([bytesFrom(0, 500)])
    remote.pass(600)
    expect(remote.sent().map(payloadBytes)).toEqual([500])
    remote.window = 520
    remote.say({ ack: 501 })
    remote.pass(20_000)
    expect([remote.sentData(), remote.end.ended]).toEqual([[], undefined])
    remote.end.stream.write([bytesFrom(500, 1020)])
    remote.pass(0)
    expect(remote.sent().map(payloadBytes)).toEqual([520])
  })

  test('an empty data packet is acknowledged, and nobody is told of it', () => {
    const remote = ScriptedRemote.connected(40)
    remote.data(900, 0, 0)
    remote.pass(0)
    expect([remote.sent().map(({ ack }) => ack), remote.end.calls]).toEqual([[900], ['opened']])
  })

  test('a window is not exceeded, also when some of what stands in it was acknowledged beyond a gap', () => {
    const remote = ScriptedRemote.connected(40)
    remote.window = 1e6
    remote.write(4)
    expect(remote.sentData()).toEqual([501, 502, 503, 504])
    remote.window = fullPayloadBytes * 2 + 50
    remote.say({ mask: [0b110, 0, 0, 0] })
    remote.sent()
    remote.end.stream.write([bytesFrom(0, 80)])
    remote.pass(0)
    expect(remote.sent().map(payloadBytes)).toEqual([])
    remote.window += 30
    remote.say({ mask: [0b110, 0, 0, 0] })
    expect(remote.sent().map(payloadBytes)).toEqual([80])
  })

  test('what a remote says counts again as soon as it acknowledges more, when its clock was set back', () => {
    const remote = ScriptedRemote.connected(40)
    const timestamp = Math.round(remote.clock.now() * 1000)
    remote.say({ timestamp: timestamp + 600_000_000, window: 0 })
    remote.write(3)
    remote.pass(600)
    expect(remote.sentData()).toEqual([501])
    remote.say({ timestamp: timestamp + 700_000, window: 1e6 })
    expect(remote.sentData()).toEqual([])
    remote.say({ timestamp: timestamp + 700_000, window: 1e6, ack: 501 })
    expect(remote.sentData()).toEqual([502, 503])
  })

  test('a remote whose window is shut is there as long as it answers, whatever its clock says', () => {
    const remote = ScriptedRemote.connected(40)
    remote.say({ timestamp: 1_000_000_000, window: 0 })
    remote.write(1)
    for (let i = 0; i < 20; i++) {
      remote.pass(15_000)
      remote.say({ timestamp: 0, window: 0 })
    }
    expect(remote.end.ended).toBeUndefined()
  })

  test('a window smaller than a packet is filled', () => {
    const remote = ScriptedRemote.connected(40)
    remote.window = 500
    remote.say({})
    remote.write(2)
    expect(remote.sent().map(payloadBytes)).toEqual([500])
  })

  test('after 29 s of silence we say that we are there, by the acknowledgement before the last', () => {
    const remote = ScriptedRemote.connected(40)
    remote.data(900, 0, 10)
    remote.pass(0)
    remote.sent()
    remote.pass(28_900)
    expect(remote.sent()).toEqual([])
    remote.pass(200)
    expect(remote.sent()).toMatchObject([{ type: state, ack: 899 }])
    remote.pass(29_000)
    expect(remote.sent()).toHaveLength(1)
  })

  test('how long a packet took goes back with the next, modulo 2^32 and never as 0', () => {
    const remote = ScriptedRemote.connected(40)
    for (const timestamp of [2e9, 4e9]) remote.say({ timestamp })
    remote.data(900, 0, 1, { timestamp: 2 ** 32 - 1000 })
    remote.pass(0)
    expect(remote.sent().at(-1)?.timestampDifference).toBe(41_000)
    remote.pass(10)
    remote.data(901, 1, 2, { timestamp: 50_000 })
    remote.pass(0)
    expect(remote.sent().at(-1)?.timestampDifference).toBe(1)
  })
})

describe('the end', () => {
  test('destroy sends a FIN when all is acknowledged, and a RESET when something is not', () => {
    const settled = ScriptedRemote.connected()
    settled.end.stream.destroy()
    settled.pass(0)
    expect([settled.sentTypes(), settled.end.ended?.code, settled.end.isFree]).toEqual([['fin'], 'destroyed', false])
    expect(settled.end.disownedCount).toBe(1)
    const owing = ScriptedRemote.connected()
    owing.write(1)
    owing.sent()
    owing.end.stream.destroy()
    owing.pass(0)
    expect([owing.sentTypes(), owing.end.ended?.code, owing.end.isFree]).toEqual([['reset'], 'destroyed', true])
    expect(owing.clock.pending).toBe(0)
  })

  test('destroy of what came in, and nobody has opened, sends a RESET and holds nothing from then on', () => {
    const remote = ScriptedRemote.accepted({ isOpened: false })
    remote.say({ connectionId: 301, sequence: 701, ack: 199 })
    remote.sent()
    remote.end.stream.destroy()
    remote.pass(0)
    expect([remote.sentTypes(), remote.end.isFree, remote.clock.pending]).toEqual([['reset'], true, 0])
  })

  test('destroy while dialling, or before the remote has shown that it got our answer, is silent', () => {
    for (const remote of [ScriptedRemote.dialled(), ScriptedRemote.accepted()]) {
      remote.sent()
      remote.end.stream.destroy()
      remote.pass(60_000)
      expect([remote.sent(), remote.end.ended?.code, remote.end.isFree]).toEqual([[], 'destroyed', true])
      expect(remote.clock.pending).toBe(0)
    }
  })

  test('a FIN is sent again until it is acknowledged; a remote that never ends is forgotten 15 s after the owner has done', () => {
    const remote = ScriptedRemote.connected()
    remote.end.stream.destroy()
    remote.pass(1000)
    expect(remote.sentTypes()).toEqual(['fin', 'fin', 'fin'])
    remote.say({ ack: 501 })
    expect(remote.end.life.ours).toBe('fin_acknowledged')
    remote.pass(20_000)
    expect([remote.sentTypes(), remote.end.isFree, remote.clock.pending]).toEqual([[], true, 0])
  })

  test('end waits for the remote as long as it takes: its owner times it', () => {
    const remote = ScriptedRemote.connected()
    remote.end.stream.end()
    remote.pass(0)
    remote.say({ ack: 501 })
    remote.pass(300_000)
    expect([remote.end.ended, remote.end.life.stage]).toEqual([undefined, 'connected'])
    remote.say({ type: fin, sequence: 900, ack: 501 })
    expect([remote.end.ended?.code, remote.end.life.stage]).toEqual(['destroyed', 'lingering'])
    remote.say({ type: fin, sequence: 900, ack: 501 })
    expect(remote.sent().at(-1)).toMatchObject({ type: state, ack: 900 })
    remote.pass(3100)
    expect([remote.end.life.stage, remote.end.isFree, remote.clock.pending]).toEqual(['closed', true, 0])
  })

  test('a reason that is in no packet ends a dial as it says', () => {
    const remote = ScriptedRemote.dialled()
    remote.end.stream.fail({ code: 'unreachable' })
    remote.pass(0)
    expect([remote.end.ended, remote.end.calls, remote.end.isFree]).toEqual([{ code: 'unreachable' }, ['closed'], true])
  })
})
