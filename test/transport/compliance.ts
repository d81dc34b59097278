import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import {
  type Address,
  type Connection,
  type ListenerHandle,
  type Transport,
  writeHighWaterBytes,
} from '../../transport/transport.ts'
import { EndOfConnection } from './end-of-connection.ts'

/** What the compliance suite needs to know of a transport; made anew for every test. */
export interface TransportHarness {
  readonly transport: Transport
  /** A host to listen on and to dial. */
  readonly host: string
  /** Lets the next thing happen: a turn of the event loop, or of a simulated clock. */
  turn(): Promise<void>
  /** Lets all that is under way happen. */
  settle(): Promise<void>
  /** An address where nobody listens. */
  deadAddress(): Promise<Address>
  /** Dials a remote that resets the connection at the first bytes. */
  dialResetter(): Promise<Connection>
  /** How many sockets, or timers, are held. */
  heldResources(): number
  dispose(): Promise<void>
}

/** More than any operating system's socket buffers hold. */
const bigBytes = 16 * 1024 * 1024

/** The promises of `transport/transport.ts`, for one transport. */
export function testCompliance(name: string, createHarness: () => TransportHarness): void {
  describe(name, () => {
    let harness: TransportHarness
    let listener: ListenerHandle
    let ends: EndOfConnection[]
    let accepted: EndOfConnection[]

    beforeEach(async () => {
      harness = createHarness()
      ends = []
      accepted = []
      listener = await harness.transport.listen({ host: harness.host, port: 0 }, (connection) => {
        accepted.push(watch(connection))
      })
    })

    afterEach(async () => {
      for (const end of ends) end.destroy()
      await harness.settle()
      await listener.close()
      await harness.dispose()
      expect(ends.flatMap((end) => end.faults)).toEqual([])
    })

    function watch(connection: Connection): EndOfConnection {
      const end = new EndOfConnection(connection)
      ends.push(end)
      return end
    }

    function dial(address: Address = listener.address): EndOfConnection {
      return watch(harness.transport.dial(address))
    }

    async function until(condition: () => boolean): Promise<void> {
      while (!condition()) await harness.turn()
    }

    /** A dialled end that is open, and the accepted one, which is not. */
    async function dialled(): Promise<[EndOfConnection, EndOfConnection]> {
      const out = dial()
      out.open()
      await until(() => out.isOpen && accepted.length > 0)
      const into = accepted.pop()
      if (into === undefined) throw new Error('nothing was accepted')
      return [out, into]
    }

    /** Both ends of an open connection. */
    async function connected(): Promise<[EndOfConnection, EndOfConnection]> {
      const [out, into] = await dialled()
      into.open()
      await until(() => into.isOpen)
      return [out, into]
    }

    test('an open connection is opened on both ends, and knows its direction and remote', async () => {
      const [out, into] = await connected()
      expect([out.calls, into.calls]).toEqual([['opened'], ['opened']])
      expect([out.connection.direction, into.connection.direction]).toEqual(['out', 'in'])
      expect(out.connection.remote).toEqual(listener.address)
      expect(into.connection.kind).toBe(harness.transport.kind)
      expect(into.connection.remote.port).toBeGreaterThan(0)
    })

    test('many writes of every size arrive in order and complete, both ways at once', async () => {
      const [out, into] = await connected()
      const random = seededRandom(1)
      const sent = [out, into].map((end) => {
        const digest = createHash('sha1')
        let sentBytes = 0
        for (let count = 0; count < 300; count++) {
          const chunks = Array.from({ length: 1 + Math.floor(random() * 4) }, () => noise(random, 20_000 ** random()))
          for (const chunk of chunks) {
            digest.update(chunk)
            sentBytes += chunk.length
          }
          end.write(...chunks, new Uint8Array(0))
        }
        return { sentBytes, digest: digest.digest('hex') }
      })
      await until(() => into.receivedBytes === sent[0]?.sentBytes && out.receivedBytes === sent[1]?.sentBytes)
      expect(into.receivedDigest()).toBe(sent[0]?.digest)
      expect(out.receivedDigest()).toBe(sent[1]?.digest)
    })

    test('what is written while dialling waits, and arrives', async () => {
      const out = dial()
      out.open()
      expect(out.write(bytes('early'))).toBe(true)
      await until(() => accepted.length > 0)
      accepted[0]?.open()
      await until(() => accepted[0]?.receivedBytes === 5)
      expect(accepted[0]?.receivedDigest()).toBe(sha1(bytes('early')))
    })

    test('a writer that heeds write and drained moves 16 MiB', async () => {
      const [out, into] = await connected()
      const chunk = noise(seededRandom(2), 256 * 1024)
      const digest = createHash('sha1')
      let sentBytes = 0
      let refusals = 0
      const fill = () => {
        while (sentBytes < bigBytes) {
          digest.update(chunk)
          sentBytes += chunk.length
          if (!out.write(chunk)) {
            refusals++
            expect(out.connection.queuedBytes).toBeGreaterThan(writeHighWaterBytes)
            expect(out.connection.queuedBytes).toBeLessThanOrEqual(writeHighWaterBytes + chunk.length)
            return
          }
        }
      }
      out.onDrained = fill
      into.pause()
      fill()
      await harness.settle()
      into.resume()
      await until(() => into.receivedBytes === bigBytes)
      expect(refusals).toBeGreaterThan(0)
      expect(into.receivedDigest()).toBe(digest.digest('hex'))
    })

    test('while a receiver pauses the sender queues; when it resumes all arrives and drained comes once', async () => {
      const [out, into] = await connected()
      into.pause()
      const big = noise(seededRandom(3), bigBytes)
      expect(out.write(big.subarray(0, 1000), big.subarray(1000))).toBe(false)
      await harness.settle()
      const standingBytes = out.connection.queuedBytes
      expect(standingBytes).toBeGreaterThan(0)
      expect(into.receivedBytes).toBe(0)
      await harness.settle()
      expect(out.connection.queuedBytes).toBe(standingBytes)
      expect(out.calls).toEqual(['opened'])
      into.resume()
      await until(() => into.receivedBytes === bigBytes && out.calls.includes('drained'))
      await harness.settle()
      expect(out.calls).toEqual(['opened', 'drained'])
      expect(out.connection.queuedBytes).toBe(0)
      expect(into.receivedDigest()).toBe(sha1(big))
    })

    test('a receiver that pauses inside data gets no more until it resumes', async () => {
      const [out, into] = await connected()
      into.onData = () => into.pause()
      out.write(noise(seededRandom(4), bigBytes))
      await until(() => into.receivedBytes > 0)
      for (let readsCount = 1; readsCount < 5; readsCount++) {
        await harness.settle()
        expect(into.readsCount).toBe(readsCount)
        into.resume()
        await until(() => into.readsCount > readsCount)
      }
    })

    test('reads are as small as they are to be, until they may be large again', async () => {
      const [out, into] = await connected()
      const sizes: number[] = []
      into.connection.readAtMost(1000)
      into.onData = ({ length }) => {
        sizes.push(length)
        if (sizes.length === 100) into.connection.readAtMost(Number.POSITIVE_INFINITY)
      }
      const big = noise(seededRandom(6), bigBytes)
      out.write(big)
      await until(() => into.receivedBytes === bigBytes)
      expect(Math.max(...sizes.slice(1, 100))).toBeLessThanOrEqual(1000)
      expect(Math.max(...sizes.slice(100))).toBeGreaterThan(1000)
      expect(into.receivedDigest()).toBe(sha1(big))
    })

    test('a pause while dialling holds', async () => {
      const out = dial()
      out.open()
      out.pause()
      await until(() => out.isOpen && accepted.length > 0)
      accepted[0]?.open()
      accepted[0]?.write(bytes('hello'))
      await harness.settle()
      expect(out.calls).toEqual(['opened'])
      out.resume()
      await until(() => out.receivedBytes === 5)
    })

    test('an accepted connection reads nothing before open, then all', async () => {
      const [out, into] = await dialled()
      const big = noise(seededRandom(5), bigBytes)
      out.write(big)
      await harness.settle()
      expect(out.connection.queuedBytes).toBeGreaterThan(0)
      into.open()
      await until(() => into.receivedBytes === bigBytes)
      expect(into.calls).toEqual(['opened', 'data'])
      expect(into.receivedDigest()).toBe(sha1(big))
    })

    test('end sends what is queued, then the remote is closed by end and we by destroyed', async () => {
      const [out, into] = await connected()
      const big = noise(seededRandom(6), bigBytes)
      out.write(big)
      out.end()
      expect(out.write(bytes('late'))).toBe(false)
      await until(() => out.ended !== undefined && into.ended !== undefined)
      expect(into.receivedBytes).toBe(bigBytes)
      expect(into.receivedDigest()).toBe(sha1(big))
      expect(into.ended?.code).toBe('end')
      expect(out.ended?.code).toBe('destroyed')
      expect(out.calls).toEqual(['opened', 'closed'])
    })

    test('end loses nothing while the remote is sending, and what it sends is not heard', async () => {
      const [out, into] = await connected()
      into.write(noise(seededRandom(7), bigBytes))
      await until(() => out.receivedBytes > 0)
      const heardBytes = out.receivedBytes
      out.write(bytes('last words'))
      out.end()
      await until(() => out.ended !== undefined && into.ended !== undefined)
      expect(out.receivedBytes).toBe(heardBytes)
      expect(into.receivedDigest()).toBe(sha1(bytes('last words')))
      expect([out.ended?.code, into.ended?.code]).toEqual(['destroyed', 'end'])
    })

    test('end while dialling sends the queue, and never opens', async () => {
      const out = dial()
      out.open()
      out.write(bytes('note'))
      out.end()
      await until(() => accepted.length > 0)
      accepted[0]?.open()
      await until(() => out.ended !== undefined && accepted[0]?.ended !== undefined)
      expect(out.calls).toEqual(['closed'])
      expect(accepted[0]?.calls).toEqual(['opened', 'data', 'closed'])
      expect([out.ended?.code, accepted[0]?.ended?.code]).toEqual(['destroyed', 'end'])
    })

    test('end on a paused connection still ends', async () => {
      const [out, into] = await connected()
      out.pause()
      into.write(noise(seededRandom(8), bigBytes))
      await harness.settle()
      out.end()
      await until(() => out.ended !== undefined && into.ended !== undefined)
      expect([out.ended?.code, into.ended?.code]).toEqual(['destroyed', 'end'])
    })

    test('both ends may end at once', async () => {
      const [out, into] = await connected()
      out.end()
      into.end()
      await until(() => out.ended !== undefined && into.ended !== undefined)
      expect([out.ended?.code, into.ended?.code]).toEqual(['destroyed', 'destroyed'])
    })

    test('a paused connection notices the end of the remote when it resumes, behind the bytes', async () => {
      const [out, into] = await connected()
      into.pause()
      out.write(bytes('bye'))
      out.end()
      await harness.settle()
      expect(into.calls).toEqual(['opened'])
      into.resume()
      await until(() => into.ended !== undefined)
      expect(into.calls).toEqual(['opened', 'data', 'closed'])
      expect(into.ended?.code).toBe('end')
    })

    test.each<[string, (out: EndOfConnection) => void]>([
      ['right after open', (out) => out.open()],
      [
        'after a write while dialling',
        (out) => {
          out.open()
          out.write(bytes('lost'))
        },
      ],
      [
        'after an end while dialling',
        (out) => {
          out.open()
          out.end()
        },
      ],
    ])('destroy %s closes by destroyed, unopened', async (_, begin) => {
      const out = dial()
      begin(out)
      out.destroy()
      out.destroy()
      await until(() => out.ended !== undefined)
      await harness.settle()
      expect(out.calls).toEqual(['closed'])
      expect(out.ended?.code).toBe('destroyed')
    })

    test('destroy before open leaves nothing to call, and a later open reports it', async () => {
      const out = dial()
      out.destroy()
      await harness.settle()
      expect(out.calls).toEqual([])
      out.open()
      await until(() => out.ended !== undefined)
      expect(out.calls).toEqual(['closed'])
      expect(out.ended?.code).toBe('destroyed')
    })

    test('an accepted connection destroyed before open ends the remote, and a later open reports it', async () => {
      const [out, into] = await dialled()
      into.destroy()
      await until(() => out.ended !== undefined)
      expect(['end', 'reset']).toContain(out.ended?.code)
      into.open()
      await until(() => into.ended !== undefined)
      expect(into.calls).toEqual(['closed'])
    })

    test('a connection whose dialler has gone before open is opened and closed', async () => {
      const [out, into] = await dialled()
      out.destroy()
      await until(() => out.ended !== undefined)
      await harness.settle()
      into.open()
      await until(() => into.ended !== undefined)
      expect(into.calls).toEqual(['opened', 'closed'])
      expect(into.ended?.code).toBe('end')
    })

    test('destroy on an open connection closes by destroyed, and the remote by end or reset', async () => {
      const [out, into] = await connected()
      out.write(noise(seededRandom(9), bigBytes))
      out.destroy()
      out.destroy()
      expect(out.write(bytes('late'))).toBe(false)
      out.pause()
      out.resume()
      out.end()
      await until(() => out.ended !== undefined && into.ended !== undefined)
      expect(out.calls).toEqual(['opened', 'closed'])
      expect(out.ended?.code).toBe('destroyed')
      expect(['end', 'reset']).toContain(into.ended?.code)
      expect(out.connection.queuedBytes).toBe(0)
    })

    test('destroy from inside opened, data and drained is followed by closed alone', async () => {
      const [first, second] = [dial(), dial()]
      first.onOpened = () => first.destroy()
      first.open()
      await until(() => first.ended !== undefined)
      expect(first.calls).toEqual(['opened', 'closed'])
      second.onData = () => second.destroy()
      second.open()
      await until(() => accepted.length > 1)
      const into = accepted[1]
      into?.open()
      into?.write(noise(seededRandom(10), bigBytes))
      await until(() => second.ended !== undefined)
      expect([second.readsCount, second.ended?.code]).toEqual([1, 'destroyed'])
      const [out] = await connected()
      out.onDrained = () => out.destroy()
      out.write(noise(seededRandom(11), bigBytes))
      await until(() => out.ended !== undefined)
      expect(out.calls).toEqual(['opened', 'drained', 'closed'])
    })

    test('destroy ends an end that the remote does not answer', async () => {
      const [out] = await dialled()
      out.end()
      await harness.settle()
      expect(out.ended).toBeUndefined()
      out.destroy()
      await until(() => out.ended !== undefined)
      expect(out.ended?.code).toBe('destroyed')
    })

    test('methods on a closed connection do nothing', async () => {
      const [out, into] = await connected()
      into.end()
      await until(() => out.ended !== undefined)
      expect(out.write(bytes('late'))).toBe(false)
      out.pause()
      out.resume()
      out.end()
      out.destroy()
      await harness.settle()
      expect(out.calls).toEqual(['opened', 'closed'])
      expect(out.connection.queuedBytes).toBe(0)
    })

    test('a dial where nobody listens is closed by refused, not thrown', async () => {
      const out = dial(await harness.deadAddress())
      out.open()
      out.write(bytes('lost'))
      await until(() => out.ended !== undefined)
      expect(out.calls).toEqual(['closed'])
      expect(out.ended?.code).toBe('refused')
    })

    test('a reset by the remote is closed by reset, with queued bytes or without', async () => {
      for (const byteCount of [1, bigBytes]) {
        const out = watch(await harness.dialResetter())
        out.open()
        await until(() => out.isOpen)
        out.write(noise(seededRandom(12), byteCount))
        await until(() => out.ended !== undefined)
        expect(out.ended?.code).toBe('reset')
      }
    })

    test('what needs an open connection throws before open, and so does a second open', () => {
      const out = dial()
      expect(() => out.write(bytes('x'))).toThrow('write needs an open connection')
      expect(() => out.pause()).toThrow('pause needs an open connection')
      expect(() => out.resume()).toThrow('resume needs an open connection')
      expect(() => out.end()).toThrow('end needs an open connection')
      out.open()
      expect(() => out.open()).toThrow('opened once')
    })

    test('listening where somebody listens rejects with EADDRINUSE', async () => {
      await expect(harness.transport.listen(listener.address, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' })
    })

    test('close refuses new dials, frees the port and leaves accepted connections alone', async () => {
      const [out, into] = await connected()
      await listener.close()
      await listener.close()
      const late = dial()
      late.open()
      await until(() => late.ended !== undefined)
      expect(late.ended?.code).toBe('refused')
      out.write(bytes('still here'))
      await until(() => into.receivedBytes === 10)
      listener = await harness.transport.listen(listener.address, (connection) => accepted.push(watch(connection)))
      await connected()
    })

    test('200 connections that come and go by every way leave nothing behind', async () => {
      await harness.settle()
      const heldBefore = harness.heldResources()
      const ways: ((out: EndOfConnection, into: EndOfConnection) => void)[] = [
        (out) => out.end(),
        (out) => out.destroy(),
        (_, into) => into.end(),
        (_, into) => into.destroy(),
      ]
      for (let count = 0; count < 200; count++) {
        const [out, into] = await connected()
        out.write(bytes('hello'))
        into.write(bytes('hello'))
        ways[count % ways.length]?.(out, into)
      }
      await until(() => ends.every((end) => end.ended !== undefined))
      await harness.settle()
      expect(ends.length).toBe(400)
      expect(harness.heldResources()).toBe(heldBefore)
    })
  })
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** At least one byte of incompressible content. */
function noise(random: () => number, byteCount: number): Uint8Array {
  const block = randomBytesFrom(random)(Math.min(4093, Math.ceil(byteCount)))
  const all = new Uint8Array(Math.ceil(byteCount))
  for (let begin = 0; begin < all.length; begin += block.length) {
    // The offset is mixed in, or blocks that changed places would go unnoticed.
    block[0] = (begin / block.length) & 0xff
    all.set(block.subarray(0, all.length - begin), begin)
  }
  return all
}

function sha1(content: Uint8Array): string {
  return createHash('sha1').update(content).digest('hex')
}
