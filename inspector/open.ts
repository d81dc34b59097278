import type { Inspector, InspectorOptions } from './inspector.ts'

/**
 * Starts an inspector: a page on 127.0.0.1, at `url`, that shows the actors of this program live; it needs nothing beyond this package, and
 * keeps no process alive. Give its `inspect` to `createTorrent`, `createSession` or `createPeer`. Throws a TypeError or RangeError for options
 * that cannot be meant; rejects when the port is taken. Loaded by this call alone.
 */
export async function startInspector(options?: InspectorOptions): Promise<Inspector> {
  const { openInspector } = await import('./inspector.ts')
  return openInspector(options)
}
