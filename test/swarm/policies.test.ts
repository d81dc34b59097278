import { describe, expect, test, vi } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import type { EncryptionPolicy } from '../../machines/peer/vocabulary/facts.ts'
import { around } from '../../testing/around.ts'
import type { Connection, Transport } from '../../transport/transport.ts'
import { encodeHandshake, protocolHeader } from '../../transport/wire/handshake.ts'
import { cellsOf, describeOutcome, type Outcome, policies } from '../encryption-matrix.ts'
import { createSwarm, type Member, type Swarm, type SwarmOptions } from './swarm.ts'

/** One dialled connection: all bytes of each direction, as they stood on the link. */
interface Tape {
  readonly said: Buffer
  readonly heard: Buffer
}

/** A swarm whose dialled links are recorded; `accepts` may take an accepted connection before the torrent sees it. */
function tappedSwarm(
  options: SwarmOptions = {},
  accepts: (connection: Connection, nth: number) => boolean = () => false,
) {
  const swarm = createSwarm({ latencyMs: 10, fragment: true, ...options })
  const tapes: Tape[] = []
  const plain = swarm.network.transport
  vi.spyOn(swarm.network, 'transport').mockImplementation((host): Transport => {
    const transport = plain(host)
    let accepted = 0
    return around(transport, {
      dial(address) {
        const { connection, tape } = tap(transport.dial(address))
        tapes.push(tape)
        return connection
      },
      listen: (address, accept) =>
        transport.listen(address, (connection) => {
          if (!accepts(connection, ++accepted)) accept(connection)
        }),
    })
  })
  return { swarm, tapes }
}

function tap(connection: Connection): { readonly connection: Connection; readonly tape: Tape } {
  const said: Uint8Array[] = []
  const heard: Uint8Array[] = []
  return {
    tape: {
      get said() {
        return Buffer.concat(said)
      },
      get heard() {
        return Buffer.concat(heard)
      },
    },
    connection: {
      kind: connection.kind,
      direction: connection.direction,
      remote: connection.remote,
      get queuedBytes() {
        return connection.queuedBytes
      },
      open: (handler) =>
        connection.open({
          opened: () => handler.opened(),
          data: (chunk) => {
            heard.push(chunk.slice())
            handler.data(chunk)
          },
          drained: () => handler.drained(),
          closed: (end) => handler.closed(end),
        }),
      write: (chunks) => {
        said.push(...chunks.map((chunk) => chunk.slice()))
        return connection.write(chunks)
      },
      pause: () => connection.pause(),
      resume: () => connection.resume(),
      readAtMost: (byteCount) => connection.readAtMost(byteCount),
      end: () => connection.end(),
      destroy: () => connection.destroy(),
    },
  }
}

const header = Buffer.from(protocolHeader)
const hasHeader = ({ said, heard }: Tape) => said.includes(header) || heard.includes(header)
const isPlaintext = ({ said }: Tape) => said.subarray(0, header.length).equals(header)

/** Whether some piece of the torrent stands in the clear. A run of 32 of its bytes is nowhere else by chance. */
const hasPayload = ({ said, heard }: Tape, { data, metainfo }: Swarm) =>
  Array.from({ length: metainfo.pieceHashes.length / 20 }, (_, index) => index * metainfo.pieceLength).some((begin) => {
    const sample = Buffer.from(data.subarray(begin, begin + 32))
    return said.includes(sample) || heard.includes(sample)
  })

/** What it told of its peers up to the first that opened, which is the last. */
const untilOpen = (member: Member) => {
  const told = member.emittedOf('peer').map(({ peer }) => peer)
  return told.slice(0, told.findIndex(({ state }) => state === 'open') + 1)
}
const reasons = (member: Member) => member.emittedOf('peer').flatMap(({ peer }) => peer.reason ?? [])
const isWhole = ({ torrent }: Member) => torrent.progress.pieces === torrent.progress.total

/** The outcome as one policy that dials and one that accepts see it: each side names its own reason when refused. */
function outcomesOf(dials: EncryptionPolicy, accepts: EncryptionPolicy): { dialler: Outcome; accepter: Outcome } {
  const cells = cellsOf('peerchart')
  const dialler = cells.find((cell) => cell.direction === 'we dial' && cell.ours === dials && cell.setting === accepts)
  const accepter = cells.find(
    (cell) => cell.direction === 'they dial' && cell.ours === accepts && cell.setting === dials,
  )
  if (!dialler || !accepter) throw new Error(`the matrix has no cell ${dials} ${accepts}`)
  return { dialler: dialler.outcome, accepter: accepter.outcome }
}

const meetings = policies.flatMap((dials) =>
  policies.map((accepts) => ({ dials, accepts, ...outcomesOf(dials, accepts) })),
)

describe.each(meetings)('a torrent that dials by $dials and one that accepts by $accepts', (meeting) => {
  const { dials, accepts, dialler, accepter } = meeting
  const isForbidden = dials === 'required' || accepts === 'required'

  async function meet() {
    const { swarm, tapes } = tappedSwarm()
    const a = swarm.add('a', { has: [0, 2, 4, 6], encryption: dials, knows: ['b'], listens: false })
    const b = swarm.add('b', { has: [1, 3, 5, 7], encryption: accepts })
    swarm.start()
    return { swarm, tapes, a, b }
  }

  if (dialler.bytes === 'none') {
    test(`are refused: ${describeOutcome(dialler)}, and at the other end ${describeOutcome(accepter)}`, async () => {
      const { swarm, tapes, a, b } = await meet()
      await swarm.until(() => a.dialled.length === 4)
      await swarm.pass(delays.closingMs)
      expect([reasons(a), reasons(b)]).toEqual([Array(4).fill(dialler.refused), Array(4).fill(refusalOf(accepter))])
      for (const member of [a, b]) {
        expect(member.torrent.peers).toEqual([])
        expect(member.torrent.progress).toMatchObject({ pieces: 4, downloaded: 0, uploaded: 0 })
        expect(member.emittedOf('peer').filter(({ peer }) => peer.state === 'open' || peer.encrypted)).toEqual([])
      }
      // A `none` that dials has said its own handshake; the one that requires encryption answers no byte to it.
      if (dials === 'none') expect(tapes.map(({ heard }) => heard.length)).toEqual([0, 0, 0, 0])
      else expect(tapes.filter(hasHeader)).toEqual([])
      await swarm.stop()
    })
  } else {
    test(`complete each other: ${describeOutcome(dialler)}`, async () => {
      const { swarm, tapes, a, b } = await meet()
      await swarm.until(() => isWhole(a) && isWhole(b))
      expect([await a.isWhole(), await b.isWhole()]).toEqual([true, true])
      expect(accepter).toEqual(dialler)
      expect(a.dialled).toHaveLength(dialler.dials)

      const encrypted = dialler.bytes === 'rc4'
      const fallsBack = dialler.dials === 2
      for (const [member, direction, refusal] of [
        [a, 'out', 'remote.encryption_refused'],
        [b, 'in', 'remote.bad_protocol_string'],
      ] as const) {
        const told = untilOpen(member)
        expect(told.at(-1)).toMatchObject({ state: 'open', direction, encrypted })
        expect(told.flatMap(({ reason }) => reason ?? [])).toEqual(fallsBack ? [refusal] : [])
      }
      expect(tapes.map(hasHeader)).toEqual(fallsBack ? [false, true] : [!encrypted])
      expect(tapes.some((tape) => hasPayload(tape, swarm))).toBe(!encrypted)
      if (isForbidden) expect(encrypted).toBe(true)
      await swarm.stop()
      expect(swarm.clock.pending).toBe(0)
    })
  }
})

const refusalOf = (outcome: Outcome): string => {
  if (outcome.bytes !== 'none') throw new Error('one side is refused, the other is not')
  return outcome.refused
}

const deaf = { opened: () => {}, data: () => {}, drained: () => {}, closed: () => {} }

describe('a remote that refuses the key of `preferred`', () => {
  const ways: readonly (readonly [string, number, (connection: Connection, swarm: Swarm) => void])[] = [
    ['by hanging up', 0, (connection) => connection.open({ ...deaf, data: () => connection.destroy() })],
    [
      'by a handshake in plaintext',
      0,
      (connection, { metainfo: { infoHash } }) =>
        connection.open({
          ...deaf,
          opened: () => {
            const features = { extended: false, fast: true, dht: false }
            connection.write([encodeHandshake({ infoHash, peerId: new Uint8Array(20).fill(0xaa), features })])
          },
        }),
    ],
    ['by silence', delays.keyExchangeMs, (connection) => connection.open(deaf)],
  ]

  test.each(ways)('%s is dialled once more, in plaintext, within a tick of %i ms', async (_, afterMs, refuse) => {
    const { swarm, tapes } = tappedSwarm({}, (connection, nth) => {
      if (nth === 1) refuse(connection, swarm)
      return nth === 1
    })
    swarm.add('plain', { has: 'all', encryption: 'none' })
    const leecher = swarm.add('leecher', { encryption: 'preferred', knows: ['plain'] })
    swarm.start()
    await swarm.until(() => leecher.dialled.length === 2)
    // A torrent dials once a tick, so that is how late it may be.
    expect(swarm.clock.now()).toBeGreaterThanOrEqual(afterMs)
    expect(swarm.clock.now()).toBeLessThanOrEqual(afterMs + delays.tickMs)
    await swarm.until(() => isWhole(leecher))
    expect(await leecher.isWhole()).toBe(true)
    expect(leecher.dialled).toHaveLength(2)
    expect(tapes.map(isPlaintext)).toEqual([false, true])
    await swarm.stop()
  })

  test('is dialled in plaintext at once when the connection was lost', async () => {
    let links = 0
    const { swarm, tapes } = tappedSwarm({
      resetAfterBytes: () => (++links === 2 ? 20_000 : Number.POSITIVE_INFINITY),
    })
    swarm.add('plain', { has: 'all', encryption: 'none' })
    const leecher = swarm.add('leecher', { encryption: 'preferred', knows: ['plain'] })
    swarm.start()
    await swarm.until(() => isWhole(leecher))
    expect(reasons(leecher)).toEqual(['remote.encryption_refused', 'transport.reset'])
    expect(tapes.map(isPlaintext)).toEqual([false, true, true])
    await swarm.stop()
  })

  test('is not dialled in plaintext by `required`, however it refuses', async () => {
    for (const [, , refuse] of ways) {
      const { swarm, tapes } = tappedSwarm({}, (connection) => {
        refuse(connection, swarm)
        return true
      })
      swarm.add('plain', { has: 'all', encryption: 'none' })
      const leecher = swarm.add('leecher', { encryption: 'required', knows: ['plain'] })
      swarm.start()
      await swarm.until(() => leecher.dialled.length === 4)
      await swarm.pass(delays.keyExchangeMs + 1_000)
      expect(tapes).toHaveLength(4)
      expect(tapes.filter(({ said }) => said.length < 96 || said.includes(header))).toEqual([])
      await swarm.stop()
    }
  })
})

test('a host that hangs up on both, as it is full, is met with encryption once it has a place', async () => {
  const swarm = createSwarm()
  const seeder = swarm.add('10.0.0.1', { has: 'all', maxPeers: 1 })
  const first = swarm.add('10.0.0.2', { knows: ['10.0.0.1'] })
  // Let in as a newcomer for some seconds, beyond the one place.
  const newcomer = swarm.add('10.0.0.4', { knows: ['10.0.0.1'] })
  const second = swarm.add('10.0.0.3', { knows: ['10.0.0.1'] })
  seeder.torrent.start()
  first.torrent.start()
  newcomer.torrent.start()
  await swarm.until(() => seeder.torrent.peers.filter(({ state }) => state === 'open').length === 2)
  second.torrent.start()
  await swarm.pass(2_000)
  expect(second.dialled.length).toBeGreaterThan(1)
  await swarm.settled(first.torrent.stop())
  await swarm.until(() => second.emittedOf('done').length === 1)
  const open = second.emittedOf('peer').find(({ peer }) => peer.state === 'open')
  expect(open?.peer.encrypted).toBe(true)
  await swarm.stop()
})
