import assert from 'node:assert/strict'
import type { ConnectionCase } from './case.ts'
import { bytes } from './content.ts'
import type { EndOfConnection } from './end-of-connection.ts'

/** The ways a connection comes to its end. */
const ways: readonly ((out: EndOfConnection, into: EndOfConnection) => void)[] = [
  (out) => out.end(),
  (out) => out.destroy(),
  (_, into) => into.end(),
  (_, into) => into.destroy(),
]

/** Listeners, and what is left when all is over. */
export const listening: readonly ConnectionCase[] = [
  {
    title: 'listening where the transport listens already rejects with EADDRINUSE',
    async prove(scene) {
      const again = scene.pair.listener.listen(scene.listener.address, () => {})
      await assert.rejects(scene.while(again), { code: 'EADDRINUSE' })
    },
  },
  {
    title: 'two listeners have ports of their own, and each accepts what was dialled to it',
    async prove(scene) {
      const first = scene.listener
      await scene.listen({ host: scene.pair.host, port: 0 })
      assert.notEqual(scene.listener.address.port, first.address.port)
      await scene.while(first.close())
      await scene.connected()
      assert.equal(scene.accepted.length, 0)
    },
  },
  {
    title: 'close refuses new dials, leaves accepted connections alone, and lets the transport listen there again',
    async prove(scene) {
      const [out, into] = await scene.connected()
      await scene.while(scene.listener.close())
      await scene.while(scene.listener.close())
      const late = scene.dial()
      late.open()
      await scene.until(() => late.ended !== undefined)
      assert.equal(late.ended?.code, 'refused')
      out.write(bytes('still here'))
      await scene.until(() => into.receivedBytes === 10)
      await scene.listen(scene.listener.address)
      await scene.connected()
      into.write(bytes('and there'))
      await scene.until(() => out.receivedBytes === 9)
    },
  },
  {
    title: 'a connection that was accepted and not opened lives on when the listener closes',
    async prove(scene) {
      const [out, into] = await scene.dialled()
      out.write(bytes('hello'))
      await scene.while(scene.listener.close())
      await scene.settle()
      into.open()
      await scene.until(() => into.receivedBytes === 5)
      assert.equal(out.ended, undefined)
    },
  },
  {
    title: 'idle, where there is one, resolves when the last connection has ended, and not before',
    async prove(scene) {
      const { dialler, listener } = scene.pair
      const [out, into] = await scene.connected()
      let idleCount = 0
      const idle = [dialler, listener].map(async (transport) => {
        await transport.idle?.()
        idleCount++
      })
      const withoutIdle = [dialler, listener].filter((transport) => !transport.idle).length
      await scene.while(scene.listener.close())
      await scene.settle()
      assert.deepEqual([out.ended, into.ended, idleCount], [undefined, undefined, withoutIdle])
      out.end()
      await scene.while(Promise.all(idle))
      await scene.untilNothingIsHeld()
    },
  },
  {
    title: '200 connections that come and go by every way leave nothing behind',
    async prove(scene) {
      await scene.settle()
      const heldBefore = scene.pair.heldResources()
      for (let count = 0; count < 200; count++) {
        const [out, into] = await scene.connected()
        out.write(bytes('hello'))
        into.write(bytes('hello'))
        ways[count % ways.length]?.(out, into)
      }
      await scene.until(() => scene.ends.every((end) => end.ended !== undefined))
      await scene.settle()
      assert.equal(scene.ends.length, 400)
      assert.ok(scene.pair.heldResources() <= heldBefore)
    },
  },
]
