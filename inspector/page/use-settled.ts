import { useEffect, useRef, useState } from 'preact/hooks'
import type { PeerRow } from '../protocol/protocol.ts'
import { arranged, type Order } from './order.ts'

/** The order changes no oftener than once in so many milliseconds: rows that jump cannot be read. */
const settleMs = 1000

interface Arrangement {
  readonly at: number
  readonly ids: readonly number[]
  readonly search: string
  readonly order: Order
  readonly size: number
}

/** The peers in order. Their order stays for a while when only their values change, as it does with each batch. */
export function useSettled(peers: ReadonlyMap<number, PeerRow>, search: string, order: Order): PeerRow[] {
  const last = useRef<Arrangement | undefined>(undefined)
  const [, settle] = useState(0)
  const now = performance.now()
  const { current } = last
  const stays =
    current !== undefined &&
    current.search === search &&
    current.order === order &&
    current.size === peers.size &&
    now - current.at < settleMs
  useEffect(() => {
    if (!stays) return
    const timer = setTimeout(() => settle((times) => times + 1), settleMs)
    return () => clearTimeout(timer)
  }, [stays])
  if (stays) return current.ids.flatMap((id) => peers.get(id) ?? [])
  const rows = arranged(peers.values(), search, order)
  last.current = { at: now, ids: rows.map(({ id }) => id), search, order, size: peers.size }
  return rows
}
