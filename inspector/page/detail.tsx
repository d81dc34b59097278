import type { ActorRow, PeerRow } from '../protocol/protocol.ts'
import { ChartView } from './chart-view.tsx'
import { type Chooser, type View, viewName, viewsOf } from './choice.ts'
import { Choker } from './choker.tsx'
import { useKnown } from './known.ts'
import { titleOf } from './lanes.ts'
import { Pieces } from './pieces.tsx'
import { Rates } from './rates.tsx'
import { Reputation } from './reputation.tsx'
import { QuickWishes, Send } from './send.tsx'
import { wishesFor } from './sendable.ts'
import { Sequence } from './sequence.tsx'
import { Tabs } from './tabs.tsx'
import { Timeline } from './timeline.tsx'
import { lasting } from './words.ts'

interface DetailProps {
  readonly actor: ActorRow
  readonly choice: Chooser
}

/** The chosen actor: what it is, why nothing flows there, and its views. */
export function Detail({ actor, choice }: DetailProps) {
  const { allow } = useKnown('link')
  const views = viewsOf(actor, wishesFor(actor.role, allow).length > 0)
  const view = views.includes(choice.view) ? choice.view : (views[0] ?? 'timeline')
  return (
    <section class="detail" aria-label={`${actor.role} ${actor.name}`}>
      <Head actor={actor} choice={choice} />
      <Tabs
        label="Views"
        tabs={views.map((key) => ({ key, name: viewName(key) }))}
        chosen={view}
        choose={(key) => choice.chooseView(key)}
      />
      <div class={`view ${view}`} role="tabpanel" id={`panel-${view}`} aria-labelledby={`tab-${view}`}>
        <ChosenView actor={actor} view={view} choice={choice} />
      </div>
    </section>
  )
}

function ChosenView({ actor, view, choice }: DetailProps & { readonly view: View }) {
  switch (view) {
    case 'chart':
      return <ChartView actor={actor} choice={choice} />
    case 'sequence':
      return <Sequence actor={actor} />
    case 'timeline':
      return <Timeline actor={actor} choice={choice} />
    case 'pieces':
      return <Pieces actor={actor} />
    case 'choker':
      return <Choker actor={actor} choice={choice} />
    case 'reputation':
      return <Reputation actor={actor} />
    case 'rates':
      return <Rates actor={actor} />
    case 'send':
      return <Send actor={actor} />
  }
}

function Head({ actor, choice }: DetailProps) {
  const { now, peers, torrents } = useKnown('peers', 'torrents')
  const peer = peers.get(actor.id)
  const reasons = peer?.reasons ?? torrents.get(actor.id)?.reasons ?? []
  return (
    <div class="detail-head">
      <div class="who">
        <span class={`role ${actor.role}`}>{actor.role}</span>
        <h2 class="mono">{actor.name}</h2>
        {peer && <span class="muted">{peer.client}</span>}
        {actor.status !== 'active' && <span class="bad">{actor.status}</span>}
        {peer?.closed !== undefined && <span class="bad">closed: {peer.closed}</span>}
        <span class="spring" />
        <QuickWishes actor={actor} />
        <button type="button" class="close" aria-label="Close" onClick={() => choice.chooseActor(undefined)}>
          ✕
        </button>
      </div>
      <div class="about">
        <Family actor={actor} peer={peer} choice={choice} />
        {reasons.length > 0 && (
          <ul class="reasons" aria-label="Why nothing flows">
            {reasons.map(({ code, text, since }) => (
              <li key={code + text}>
                <code>{code}</code> {text} <span class="muted">for {lasting(now - since)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

/** At most so many children are named; a torrent has hundreds. */
const childrenMax = 8

/** Those it was made by, outside in, and those it made. */
function Family({ actor, peer, choice }: DetailProps & { readonly peer: PeerRow | undefined }) {
  const { actors } = useKnown('actors')
  const above: ActorRow[] = []
  for (let one = actors.get(actor.parent); one !== undefined; one = actors.get(one.parent)) above.unshift(one)
  const torrent = actors.get(peer?.torrent ?? 0)
  if (torrent && !above.includes(torrent)) above.unshift(torrent)
  const children = [...actors.values()].filter(({ parent, role }) => parent === actor.id && role !== 'peer')
  const button = (one: ActorRow) => (
    <button key={one.id} type="button" class="link-button" onClick={() => choice.chooseActor(one.id)}>
      {titleOf(one.id, actors)}
    </button>
  )
  if (above.length + children.length === 0) return null
  return (
    <nav class="family" aria-label="Related actors">
      {above.length > 0 && <span class="muted">in</span>}
      {above.map(button)}
      {children.length > 0 && <span class="muted">has</span>}
      {children.slice(0, childrenMax).map(button)}
      {children.length > childrenMax && <span class="muted">and {children.length - childrenMax} more</span>}
    </nav>
  )
}
