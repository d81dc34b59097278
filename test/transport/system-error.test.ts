import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { systemError } from '../../transport/system-error.ts'

test("has its code and its message's beginning as Node's errors do", async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const error = await new Promise<Error & { code?: string }>((resolve) =>
    createServer().once('error', resolve).listen(port, '127.0.0.1'),
  )
  taken.close()
  const ours: Error & { code?: string } = systemError('EADDRINUSE', 'the port is taken')
  expect(ours.code).toBe(error.code)
  expect([error.message, ours.message].map((message) => message.includes('EADDRINUSE: '))).toEqual([true, true])
})
