import { useCallback, useEffect, useState } from 'preact/hooks'
import type { ActorRow, Moment, Role } from '../protocol/protocol.ts'

/** The views of an actor. */
export type View = 'chart' | 'sequence' | 'timeline' | 'pieces' | 'choker' | 'reputation' | 'rates' | 'send'

/** An earlier moment that is looked at, and the transitions of its event. */
export interface Past extends Moment {
  readonly type: string
  readonly took: readonly string[]
}

/** What is looked at. */
export interface Choice {
  readonly actor: number | undefined
  readonly view: View
  /** Nothing: the present. */
  readonly past: Past | undefined
}

/** What is looked at, and how it is changed. */
export interface Chooser extends Choice {
  readonly chooseActor: (actor: number | undefined) => void
  readonly chooseView: (view: View) => void
  readonly choosePast: (past: Past | undefined) => void
}

const words: Readonly<Record<View, string>> = {
  chart: 'Chart',
  sequence: 'Sequence',
  timeline: 'Timeline',
  pieces: 'Pieces',
  choker: 'Choker',
  reputation: 'Reputation',
  rates: 'Rates',
  send: 'Send',
}

/** How a view is called. */
export const viewName = (view: View): string => words[view]

/** The views that an actor has. */
export function viewsOf({ role, chart }: Pick<ActorRow, 'role' | 'chart'>, maySend: boolean): View[] {
  const isPeer = role === 'peer'
  const ofTorrent = isPeer || isTorrent(role)
  return [
    ...(chart === undefined ? [] : (['chart'] as const)),
    'sequence',
    'timeline',
    ...(ofTorrent ? (['pieces', 'choker'] as const) : []),
    ...(isPeer ? (['reputation'] as const) : []),
    ...(ofTorrent ? (['rates'] as const) : []),
    ...(maySend ? (['send'] as const) : []),
  ]
}

const isTorrent = (role: Role): boolean => role === 'torrent' || role === 'core'

/** Remembers the choice in the address, so that a page that is loaded again shows the same. */
export function useChoice(): Chooser {
  const [choice, setChoice] = useState<Choice>(() => ({ ...fromHash(location.hash), past: undefined }))
  useEffect(() => {
    const { actor, view } = choice
    history.replaceState(null, '', actor === undefined ? location.pathname : `#actor=${actor}&view=${view}`)
  }, [choice])
  return {
    ...choice,
    chooseActor: useCallback(
      (actor) => setChoice((was) => (was.actor === actor ? was : { ...was, actor, past: undefined })),
      [],
    ),
    chooseView: useCallback((view) => setChoice((was) => ({ ...was, view })), []),
    choosePast: useCallback((past) => setChoice((was) => ({ ...was, past })), []),
  }
}

function fromHash(hash: string): Pick<Choice, 'actor' | 'view'> {
  const fields = new URLSearchParams(hash.slice(1))
  const actor = Number(fields.get('actor'))
  const view = fields.get('view') ?? ''
  return { actor: actor > 0 ? actor : undefined, view: isView(view) ? view : 'chart' }
}

const isView = (word: string): word is View => word in words
