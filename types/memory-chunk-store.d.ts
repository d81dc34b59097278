/** What the tests use of it, as an implementation other than ours. */
declare module 'memory-chunk-store' {
  export default class MemoryChunkStore {
    constructor(chunkLength: number, options?: { length?: number })
    readonly chunkLength: number
    /** Keeps `data` by reference. */
    put(index: number, data: Uint8Array, done: (error: Error | null) => void): void
    get(
      index: number,
      range: { readonly offset: number; readonly length: number } | undefined,
      done: (error: Error | null, data?: Uint8Array) => void,
    ): void
    close(done: (error?: Error | null) => void): void
  }
}
