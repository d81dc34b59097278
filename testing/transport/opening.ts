import assert from 'node:assert/strict'
import type { ConnectionCase } from './case.ts'
import { bytes, noise, sha1 } from './content.ts'

/** Dialling, accepting, and what cannot be called yet. */
export const opening: readonly ConnectionCase[] = [
  {
    title: 'an open connection is opened on both ends, and knows its direction, kind and remote',
    async prove(scene) {
      const { pair } = scene
      const [out, into] = await scene.connected()
      assert.deepEqual([out.calls, into.calls], [['opened'], ['opened']])
      assert.deepEqual([out.connection.direction, into.connection.direction], ['out', 'in'])
      assert.deepEqual([out.connection.kind, into.connection.kind], [pair.dialler.kind, pair.listener.kind])
      assert.deepEqual(out.connection.remote, scene.listener.address)
      assert.equal(scene.listener.address.host, pair.host)
      assert.ok(into.connection.remote.port > 0)
    },
  },
  {
    title: 'what is written while dialling waits, and arrives',
    async prove(scene) {
      const out = scene.dial()
      out.open()
      assert.equal(out.write(bytes('early')), true)
      const into = await scene.nextAccepted()
      into.open()
      await scene.until(() => into.receivedBytes === 5)
      assert.equal(into.receivedDigest(), sha1(bytes('early')))
    },
  },
  {
    title: 'what is written from inside opened arrives, from both ends',
    async prove(scene) {
      const out = scene.dial()
      out.onOpened = () => out.connection.write([bytes('from the dialler')])
      out.open()
      const into = await scene.nextAccepted()
      into.onOpened = () => into.connection.write([bytes('from the listener')])
      into.open()
      await scene.until(() => into.receivedBytes === 16 && out.receivedBytes === 17)
      assert.equal(into.receivedDigest(), sha1(bytes('from the dialler')))
      assert.equal(out.receivedDigest(), sha1(bytes('from the listener')))
    },
  },
  {
    title: 'a pause while dialling holds',
    async prove(scene) {
      const out = scene.dial()
      out.open()
      out.pause()
      const into = await scene.nextAccepted()
      into.open()
      const big = noise(14, scene.bigBytes)
      into.write(big)
      await scene.until(() => out.isOpen)
      await scene.settle()
      assert.deepEqual(out.calls, ['opened'])
      // What is not read is not taken from the remote without a bound.
      assert.ok(into.connection.queuedBytes > 0)
      out.resume()
      await scene.until(() => out.receivedBytes === big.length)
      assert.equal(out.receivedDigest(), sha1(big))
    },
  },
  {
    title: 'a connection whose dialler has gone before open is opened and closed',
    async prove(scene) {
      const [out, into] = await scene.dialled()
      out.destroy()
      await scene.until(() => out.ended !== undefined)
      await scene.settle()
      into.open()
      await scene.until(() => into.ended !== undefined)
      assert.deepEqual(into.calls, ['opened', 'closed'])
      assert.equal(into.ended?.code, 'end')
    },
  },
  {
    title: 'what needs an open connection throws before open, and so does a second open',
    prove(scene) {
      const out = scene.dial()
      assert.throws(() => out.write(bytes('x')), /write needs an open connection/)
      assert.throws(() => out.pause(), /pause needs an open connection/)
      assert.throws(() => out.resume(), /resume needs an open connection/)
      assert.throws(() => out.end(), /end needs an open connection/)
      out.open()
      assert.throws(() => out.open(), /opened once/)
    },
  },
]
