/**
 * Storage by pieces: the shape of `abstract-chunk-store`, which `fs-chunk-store`, `memory-chunk-store` and many more have.
 * `put` takes whole pieces; `get` may name a part.
 */
export interface ChunkStore {
  readonly chunkLength: number
  /**
   * Says that `put` is done with the bytes it was given when it calls back: it has written them, or keeps a copy. They serve for
   * another piece then. A store that does not say so, such as `memory-chunk-store`, is given a copy it may keep.
   */
  readonly copiesOnPut?: true
  put(index: number, data: Uint8Array, done: (error: Error | null) => void): void
  get(
    index: number,
    range: { readonly offset: number; readonly length: number } | undefined,
    done: (error: Error | null, data?: Uint8Array) => void,
  ): void
  close(done: (error?: Error | null) => void): void
}
