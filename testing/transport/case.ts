import assert from 'node:assert/strict'
import { Scene } from './scene.ts'
import type { TransportPair, TransportSuite } from './suite.ts'

/** A case of the suite: what is proven with two ends and a listener. */
export interface ConnectionCase<Pair extends TransportPair = TransportPair> {
  readonly title: string
  prove(scene: Scene<Pair>): void | Promise<void>
}

const defaultBigBytes = 16 * 1024 * 1024

/** Runs a case, ends all that it left, and sees to it that nothing is held and no promise was broken on the way. */
export async function inScene<Pair extends TransportPair>(
  { create, bigBytes = defaultBigBytes }: TransportSuite<Pair>,
  prove: (scene: Scene<Pair>) => void | Promise<void>,
): Promise<void> {
  const pair = await create()
  try {
    const scene = await Scene.open(pair, bigBytes)
    let isProven = false
    try {
      await prove(scene)
      isProven = true
    } finally {
      // What is left behind by a case that failed is not what is wrong.
      await scene.end().catch((error) => isProven && Promise.reject(error))
    }
    assert.deepEqual(scene.faults, [], 'promises that were broken on the way')
  } finally {
    await pair.dispose?.()
  }
}
