import assert from 'node:assert/strict'
import type { ConnectionCase } from './case.ts'
import { bytes, noise } from './content.ts'
import type { EndOfConnection } from './end-of-connection.ts'

/** How far a connection that is not open yet can have come when it is destroyed. */
const stages: Readonly<Record<string, (out: EndOfConnection) => void>> = {
  'right after open': (out) => out.open(),
  'after a write while dialling': (out) => {
    out.open()
    out.write(bytes('lost'))
  },
  'after an end while dialling': (out) => {
    out.open()
    out.end()
  },
}

/** Ends at once, at every stage. */
export const destroying: readonly ConnectionCase[] = [
  {
    title: 'destroy before open leaves nothing to call, and a later open reports it',
    async prove(scene) {
      const out = scene.dial()
      out.destroy()
      await scene.settle()
      assert.deepEqual(out.calls, [])
      out.open()
      await scene.until(() => out.ended !== undefined)
      assert.deepEqual(out.calls, ['closed'])
      assert.equal(out.ended?.code, 'destroyed')
    },
  },
  ...Object.entries(stages).map(
    ([stage, begin]): ConnectionCase => ({
      title: `destroy ${stage} closes by destroyed, unopened`,
      async prove(scene) {
        const out = scene.dial()
        begin(out)
        out.destroy()
        out.destroy()
        await scene.until(() => out.ended !== undefined)
        await scene.settle()
        assert.deepEqual(out.calls, ['closed'])
        assert.equal(out.ended?.code, 'destroyed')
      },
    }),
  ),
  {
    title: 'an accepted connection destroyed before open ends the remote, and a later open reports it',
    async prove(scene) {
      const [out, into] = await scene.dialled()
      into.destroy()
      await scene.until(() => out.ended !== undefined)
      assert.match(out.ended?.code ?? '', /^(end|reset)$/)
      into.open()
      await scene.until(() => into.ended !== undefined)
      assert.deepEqual(into.calls, ['closed'])
    },
  },
  {
    title: 'destroy on an open connection closes by destroyed, and the remote by end or reset',
    async prove(scene) {
      const [out, into] = await scene.connected()
      into.pause()
      out.write(noise(9, scene.bigBytes))
      out.destroy()
      out.destroy()
      assert.equal(out.write(bytes('late')), false)
      out.pause()
      out.resume()
      out.end()
      await scene.until(() => out.ended !== undefined)
      into.resume()
      await scene.until(() => into.ended !== undefined)
      assert.deepEqual(out.calls, ['opened', 'closed'])
      assert.equal(out.ended?.code, 'destroyed')
      assert.match(into.ended?.code ?? '', /^(end|reset)$/)
      assert.equal(out.connection.queuedBytes, 0)
    },
  },
  {
    title: 'destroy from inside opened, data and drained is followed by closed alone',
    async prove(scene) {
      const [first, second] = [scene.dial(), scene.dial()]
      first.onOpened = () => first.destroy()
      first.open()
      await scene.until(() => first.ended !== undefined)
      assert.deepEqual(first.calls, ['opened', 'closed'])
      await scene.settle()
      scene.accepted.length = 0
      second.onData = () => second.destroy()
      second.open()
      const into = await scene.nextAccepted()
      into.open()
      into.write(noise(10, scene.bigBytes))
      await scene.until(() => second.ended !== undefined)
      assert.deepEqual([second.readsCount, second.ended?.code], [1, 'destroyed'])
      const [out] = await scene.connected()
      out.onDrained = () => out.destroy()
      out.write(noise(11, scene.bigBytes))
      await scene.until(() => out.ended !== undefined)
      assert.deepEqual(out.calls, ['opened', 'drained', 'closed'])
    },
  },
  {
    title: 'destroy ends an end that the remote does not answer',
    async prove(scene) {
      const [out] = await scene.dialled()
      out.write(noise(15, scene.bigBytes))
      out.end()
      await scene.settle()
      assert.deepEqual(out.calls, ['opened'])
      out.destroy()
      await scene.until(() => out.ended !== undefined)
      assert.equal(out.ended?.code, 'destroyed')
      assert.equal(out.connection.queuedBytes, 0)
    },
  },
]
