import { useEffect, useMemo, useReducer } from 'preact/hooks'
import type { SaidRow } from '../protocol/protocol.ts'
import { OwnRows } from './own-rows.ts'

/** What an actor heard and said: what the server remembers of it, and what comes. */
export function useOwnRows(actor: number, said: readonly SaidRow[]): readonly SaidRow[] {
  const [, redraw] = useReducer<number, void>((times) => times + 1, 0)
  const own = useMemo(() => new OwnRows(actor), [actor])
  useEffect(() => {
    const abort = new AbortController()
    fetch(`said/${actor}`, { signal: abort.signal })
      .then(async (answer) => {
        if (!answer.ok) return
        own.precede(await answer.json())
        redraw()
      })
      // What has come with the feed is there without it.
      .catch(() => {})
    return () => abort.abort()
  }, [actor, own])
  own.follow(said)
  return own.rows
}
