import { isIPv4 } from 'node:net'
import type { Address, Clock, Dht, ResumeStore } from '../../index.ts'
import { explainError } from '../process/system-error.ts'

/** Of more bytes nothing is taken: a table is a tenth of it. Our own number. */
const tableBytesMax = 64 * 1024

/** How often the table is saved while our node runs, in milliseconds: so much of it a crash costs. Our own number. */
export const savingTableMs = 5 * 60_000

/** How long the last save may take, in milliseconds: a disk that hangs holds up nobody. Our own number. */
export const lastSaveMs = 3_000

/** What a table is kept with. */
interface Keeping {
  readonly store: ResumeStore
  readonly clock: Clock
  warn(message: string): void
}

/** The nodes that an earlier run has kept; none where there are none, or what is kept cannot be read: then `warn` says why. */
export async function keptNodes({ store, warn }: Keeping): Promise<readonly Address[]> {
  try {
    const bytes = await store.load()
    return bytes ? nodesIn(bytes) : []
  } catch (error) {
    warn(`the nodes of the DHT that an earlier run has kept are not used: ${explainError(error)}`)
    return []
  }
}

/**
 * Keeps the table of our node from now on, every `savingTableMs`. Answers what keeps it a last time and settles when that is done. An empty table
 * is not kept, and what was kept before stays: our node may have had no network.
 */
export function keepTable(dht: Dht, { clock, store, warn }: Keeping): () => Promise<void> {
  let saved = Promise.resolve()
  const save = () => {
    const { nodes } = dht
    if (nodes.length === 0) return
    saved = saved
      .then(() => store.save(Buffer.from(`${JSON.stringify({ version: 1, nodes })}\n`)))
      .catch((error) => warn(`the nodes of the DHT are not kept: ${explainError(error)}`))
  }
  const wait = () => {
    timer = clock.setTimeout(() => {
      save()
      wait()
    }, savingTableMs)
  }
  let timer: unknown
  wait()
  return () => {
    clock.clearTimeout(timer)
    save()
    return new Promise((resolve) => {
      const late = clock.setTimeout(() => {
        warn(`the nodes of the DHT are not kept: the disk has not answered for ${lastSaveMs / 1000} s`)
        resolve()
      }, lastSaveMs)
      saved.then(() => {
        clock.clearTimeout(late)
        resolve()
      })
    })
  }
}

/** Throws an Error for what is no table. */
function nodesIn(bytes: Uint8Array): readonly Address[] {
  if (bytes.length > tableBytesMax) throw new Error(`they take more than ${tableBytesMax} bytes`)
  const table = jsonIn(bytes)
  const nodes = table?.version === 1 && Array.isArray(table.nodes) ? table.nodes : undefined
  if (!nodes?.every(isNode)) throw new Error('the file is damaged')
  return nodes.map(({ host, port }) => ({ host, port }))
}

function jsonIn(bytes: Uint8Array): { readonly version?: unknown; readonly nodes?: unknown } | undefined {
  try {
    return Object(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    return undefined
  }
}

function isNode(value: unknown): value is Address {
  const { host, port } = Object(value)
  return typeof host === 'string' && isIPv4(host) && Number.isInteger(port)
}
