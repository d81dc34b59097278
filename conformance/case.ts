import type { Scene } from './scene.ts'

/** What a case asks of the client before it can be run. `seed`: all of the torrent; `leech`: less than that, while we have it. */
export type Need = 'seed' | 'leech' | 'fast' | 'extended' | 'ut_metadata' | 'ut_pex' | 'plaintext' | 'mse'

/** The specification whose rule is tested: the number of a BEP, or Message Stream Encryption, which has none. */
export type Specification = number | 'MSE'

/** One rule, and how a client is tested for it. */
export interface Case {
  /** Unique: topic, then what is done, with dots between. */
  readonly name: string
  readonly bep: Specification
  /** What the specification says, in our words. */
  readonly rule: string
  readonly needs: readonly Need[]
  /**
   * What may run beside it. `slot`: it is unchoked, so that at most as many run at once as any client has upload slots. `alone`: the same, and
   * it may be the client's end, so that it runs behind all others, and waits for its turn (`Scene.turn`) before it does what may be. Default: any.
   */
  readonly beside?: 'slot' | 'alone'
  /** Resolves to what the client did, when that is right. Rejects with `Broken`, or `NotSupported`. */
  readonly run: (scene: Scene) => Promise<string>
}
