import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { seededRandom } from '../../transport/random.ts'
import { writeHighWaterBytes } from '../../transport/transport.ts'
import type { ConnectionCase } from './case.ts'
import { noise, noiseFrom, sha1 } from './content.ts'
import type { EndOfConnection } from './end-of-connection.ts'

/** Order, and bounds on what is under way. */
export const backPressure: readonly ConnectionCase[] = [
  {
    title: 'many writes of every size arrive in order and complete, both ways at once',
    async prove(scene) {
      const [out, into] = await scene.connected()
      const random = seededRandom(1)
      const writeMany = (end: EndOfConnection) => {
        const digest = createHash('sha1')
        let sentBytes = 0
        for (let count = 0; count < 300; count++) {
          const chunks = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
            noiseFrom(random, 20_000 ** random()),
          )
          for (const chunk of chunks) {
            digest.update(chunk)
            sentBytes += chunk.length
          }
          end.write(...chunks, new Uint8Array(0))
        }
        return { sentBytes, digest: digest.digest('hex') }
      }
      const [ofOut, ofInto] = [writeMany(out), writeMany(into)]
      await scene.until(() => into.receivedBytes === ofOut.sentBytes && out.receivedBytes === ofInto.sentBytes)
      assert.deepEqual([into.receivedDigest(), out.receivedDigest()], [ofOut.digest, ofInto.digest])
    },
  },
  {
    title: 'a writer that heeds write and drained moves a lot, with a bounded queue',
    async prove(scene) {
      const [out, into] = await scene.connected()
      const chunk = noise(2, 256 * 1024)
      const digest = createHash('sha1')
      let sentBytes = 0
      let refusals = 0
      const fill = () => {
        while (sentBytes < scene.bigBytes) {
          digest.update(chunk)
          sentBytes += chunk.length
          if (!out.write(chunk)) {
            refusals++
            assert.ok(out.connection.queuedBytes > writeHighWaterBytes)
            assert.ok(out.connection.queuedBytes <= writeHighWaterBytes + chunk.length)
            return
          }
        }
      }
      out.onDrained = fill
      into.pause()
      fill()
      await scene.settle()
      into.resume()
      await scene.until(() => into.receivedBytes === sentBytes && sentBytes >= scene.bigBytes)
      assert.ok(refusals > 0)
      assert.equal(into.receivedDigest(), digest.digest('hex'))
    },
  },
  {
    title: 'while a receiver pauses the sender queues; when it resumes all arrives and drained comes once',
    async prove(scene) {
      const [out, into] = await scene.connected()
      into.pause()
      const big = noise(3, scene.bigBytes)
      assert.equal(out.write(big.subarray(0, 1000), big.subarray(1000)), false)
      await scene.settle()
      const standingBytes = out.connection.queuedBytes
      assert.ok(standingBytes > 0)
      assert.equal(into.receivedBytes, 0)
      await scene.settle()
      assert.equal(out.connection.queuedBytes, standingBytes)
      assert.deepEqual(out.calls, ['opened'])
      into.resume()
      await scene.until(() => into.receivedBytes === big.length && out.calls.includes('drained'))
      await scene.settle()
      assert.deepEqual(out.calls, ['opened', 'drained'])
      assert.equal(out.connection.queuedBytes, 0)
      assert.equal(into.receivedDigest(), sha1(big))
    },
  },
  {
    title: 'both ends pause and queue at once, and one that resumes is not held up by the other',
    async prove(scene) {
      const [out, into] = await scene.connected()
      const big = noise(13, scene.bigBytes)
      for (const end of [out, into]) end.pause()
      assert.deepEqual([out.write(big), into.write(big)], [false, false])
      await scene.settle()
      assert.ok(out.connection.queuedBytes > 0 && into.connection.queuedBytes > 0)
      into.resume()
      await scene.until(() => into.receivedBytes === big.length)
      assert.equal(out.receivedBytes, 0)
      out.resume()
      await scene.until(() => out.receivedBytes === big.length)
      assert.deepEqual([into.receivedDigest(), out.receivedDigest()], [sha1(big), sha1(big)])
    },
  },
  {
    title: 'a receiver that pauses inside data gets no more until it resumes',
    async prove(scene) {
      const [out, into] = await scene.connected()
      into.onData = () => into.pause()
      out.write(noise(4, scene.bigBytes))
      await scene.until(() => into.receivedBytes > 0)
      for (let readsCount = 1; readsCount < 5; readsCount++) {
        await scene.settle()
        assert.equal(into.readsCount, readsCount)
        into.resume()
        await scene.until(() => into.readsCount > readsCount)
      }
    },
  },
  {
    title: 'reads are as small as they are to be, until they may be large again',
    async prove(scene) {
      const [out, into] = await scene.connected()
      const sizes: number[] = []
      into.connection.readAtMost(1000)
      into.onData = ({ length }) => {
        sizes.push(length)
        if (sizes.length === 100) into.connection.readAtMost(Number.POSITIVE_INFINITY)
      }
      const big = noise(6, scene.bigBytes)
      out.write(big)
      await scene.until(() => into.receivedBytes === big.length)
      assert.ok(Math.max(...sizes.slice(1, 100)) <= 1000)
      assert.ok(Math.max(...sizes.slice(100)) > 1000)
      assert.equal(into.receivedDigest(), sha1(big))
    },
  },
  {
    title: 'an accepted connection reads nothing before open, then all',
    async prove(scene) {
      const [out, into] = await scene.dialled()
      const big = noise(5, scene.bigBytes)
      out.write(big)
      await scene.settle()
      assert.ok(out.connection.queuedBytes > 0)
      into.open()
      await scene.until(() => into.receivedBytes === big.length)
      assert.deepEqual(into.calls, ['opened', 'data'])
      assert.equal(into.receivedDigest(), sha1(big))
    },
  },
]
