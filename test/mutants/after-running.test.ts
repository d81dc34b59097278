import { expect, test } from 'vitest'
import { afterRunning } from '../../mutants/after-running.ts'

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

/** Nothing of this process runs for so long. */
const holdUp = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

test('time passes only while the process runs', async () => {
  let isOver = false
  const over = new Promise<void>((resolve) => {
    afterRunning(
      200,
      () => {
        isOver = true
        resolve()
      },
      50,
    )
  })
  holdUp(400)
  await turn()
  await turn()
  expect(isOver).toBe(false)
  await over
})

test('it can be called off', async () => {
  let isOver = false
  const callOff = afterRunning(
    5,
    () => {
      isOver = true
    },
    5,
  )
  callOff()
  holdUp(20)
  await turn()
  expect(isOver).toBe(false)
})
