import assert from 'node:assert/strict'
import type { ConnectionCase } from './case.ts'
import { bytes, noise, sha1 } from './content.ts'

/** Ends at which nothing is lost. */
export const ending: readonly ConnectionCase[] = [
  {
    title: 'end sends what is queued, then the remote is closed by end and we by destroyed',
    async prove(scene) {
      const [out, into] = await scene.connected()
      const big = noise(6, scene.bigBytes)
      out.write(big)
      out.end()
      assert.equal(out.write(bytes('late')), false)
      await scene.until(() => out.ended !== undefined && into.ended !== undefined)
      assert.equal(into.receivedBytes, big.length)
      assert.equal(into.receivedDigest(), sha1(big))
      assert.deepEqual([out.ended?.code, into.ended?.code], ['destroyed', 'end'])
      assert.deepEqual(out.calls, ['opened', 'closed'])
    },
  },
  {
    title: 'end loses nothing while the remote is sending, and what it sends is not reported',
    async prove(scene) {
      const [out, into] = await scene.connected()
      into.write(noise(7, scene.bigBytes))
      await scene.until(() => out.receivedBytes > 0)
      const reportedBytes = out.receivedBytes
      out.write(bytes('last words'))
      out.end()
      await scene.until(() => out.ended !== undefined && into.ended !== undefined)
      assert.equal(out.receivedBytes, reportedBytes)
      assert.equal(into.receivedDigest(), sha1(bytes('last words')))
      assert.deepEqual([out.ended?.code, into.ended?.code], ['destroyed', 'end'])
    },
  },
  {
    title: 'end while dialling sends the queue, and never opens',
    async prove(scene) {
      const out = scene.dial()
      out.open()
      out.write(bytes('note'))
      out.end()
      const into = await scene.nextAccepted()
      into.open()
      await scene.until(() => out.ended !== undefined && into.ended !== undefined)
      assert.deepEqual(out.calls, ['closed'])
      assert.deepEqual(into.calls, ['opened', 'data', 'closed'])
      assert.deepEqual([out.ended?.code, into.ended?.code], ['destroyed', 'end'])
    },
  },
  {
    title: 'end on a paused connection still ends',
    async prove(scene) {
      const [out, into] = await scene.connected()
      out.pause()
      into.write(noise(8, scene.bigBytes))
      await scene.settle()
      out.end()
      await scene.until(() => out.ended !== undefined && into.ended !== undefined)
      assert.deepEqual([out.ended?.code, into.ended?.code], ['destroyed', 'end'])
    },
  },
  {
    title: 'both ends may end at once',
    async prove(scene) {
      const [out, into] = await scene.connected()
      out.end()
      into.end()
      await scene.until(() => out.ended !== undefined && into.ended !== undefined)
      assert.deepEqual([out.ended?.code, into.ended?.code], ['destroyed', 'destroyed'])
    },
  },
  {
    title: 'a paused connection notices the end of the remote when it resumes, behind the bytes',
    async prove(scene) {
      const [out, into] = await scene.connected()
      into.pause()
      out.write(bytes('bye'))
      out.end()
      await scene.settle()
      assert.deepEqual(into.calls, ['opened'])
      into.resume()
      await scene.until(() => into.ended !== undefined)
      assert.deepEqual(into.calls, ['opened', 'data', 'closed'])
      assert.equal(into.ended?.code, 'end')
    },
  },
  {
    title:
      'a connection that pauses inside data when the remote has ended gets every byte, then the end when it resumes',
    async prove(scene) {
      const [out, into] = await scene.dialled()
      const all = noise(16, 400)
      out.write(all)
      out.end()
      await scene.settle()
      into.connection.readAtMost(100)
      into.onData = () => into.pause()
      into.open()
      await scene.until(() => into.receivedBytes > 0)
      while (into.receivedBytes < all.length) {
        await scene.settle()
        assert.deepEqual(into.calls, ['opened', 'data'])
        const { readsCount } = into
        into.resume()
        await scene.until(() => into.readsCount > readsCount || into.ended !== undefined)
      }
      await scene.settle()
      assert.deepEqual(into.calls, ['opened', 'data'])
      into.resume()
      await scene.until(() => into.ended !== undefined)
      assert.equal(into.ended?.code, 'end')
      assert.equal(into.receivedDigest(), sha1(all))
    },
  },
  {
    title: 'methods on a connection that the remote has ended do nothing',
    async prove(scene) {
      const [out, into] = await scene.connected()
      into.end()
      await scene.until(() => out.ended !== undefined)
      assert.equal(out.write(bytes('late')), false)
      out.pause()
      out.resume()
      out.end()
      out.destroy()
      await scene.settle()
      assert.deepEqual(out.calls, ['opened', 'closed'])
      assert.equal(out.connection.queuedBytes, 0)
    },
  },
]
