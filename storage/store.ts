/**
 * Storage by pieces: the shape of `abstract-chunk-store`, which `fs-chunk-store`, `memory-chunk-store` and many more have.
 * `put` takes whole pieces; `get` may name a part.
 */
export interface ChunkStore {
  readonly chunkLength: number
  put(index: number, data: Uint8Array, done: (error: Error | null) => void): void
  get(
    index: number,
    range: { readonly offset: number; readonly length: number } | undefined,
    done: (error: Error | null, data?: Uint8Array) => void,
  ): void
  close(done: (error?: Error | null) => void): void
}
