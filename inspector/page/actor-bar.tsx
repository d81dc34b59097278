import type { ActorRow, Role, TorrentRow } from '../protocol/protocol.ts'
import type { Chooser } from './choice.ts'
import { useKnown } from './known.ts'
import { buttonTitles } from './lanes.ts'
import { percent, rate } from './words.ts'

/** Those of a swarm that are few; peers and what belongs to them are reached by the table. */
const few: readonly Role[] = ['session', 'torrent', 'core', 'storage', 'listener', 'group', 'other']

/** Buttons for at most so many actors; what is beyond is in a list. */
const buttonsMax = 24

/** The actors beside the peers: sessions, torrents and what these are made of. */
export function ActorBar({ choice }: { readonly choice: Chooser }) {
  const { actors, torrents } = useKnown('actors', 'torrents')
  const shown = [...actors.values()]
    .filter(({ role }) => few.includes(role))
    .sort((a, b) => few.indexOf(a.role) - few.indexOf(b.role) || a.id - b.id)
  const rest = shown.slice(buttonsMax)
  const titles = buttonTitles(shown, actors)
  return (
    <nav class="actors" aria-label="Actors">
      {shown.slice(0, buttonsMax).map((actor) => (
        <button
          key={actor.id}
          type="button"
          class={actor.role === 'torrent' ? 'actor torrent' : 'actor'}
          aria-pressed={choice.actor === actor.id}
          onClick={() => choice.chooseActor(choice.actor === actor.id ? undefined : actor.id)}
        >
          <ActorName actor={actor} title={titles.get(actor.id) ?? ''} />
          <TorrentState torrent={torrents.get(actor.id)} />
        </button>
      ))}
      {rest.length > 0 && (
        <label>
          <span class="hidden">More actors</span>
          <select
            value={rest.some(({ id }) => id === choice.actor) ? String(choice.actor) : ''}
            onChange={({ currentTarget }) => choice.chooseActor(Number(currentTarget.value) || undefined)}
          >
            <option value="">{rest.length} more…</option>
            {rest.map(({ id }) => (
              <option key={id} value={String(id)}>
                {titles.get(id)}
              </option>
            ))}
          </select>
        </label>
      )}
    </nav>
  )
}

function ActorName({ actor, title }: { readonly actor: ActorRow; readonly title: string }) {
  return (
    <span class="actor-name">
      <i class={`dot ${actor.status}`} aria-hidden="true" />
      {title}
      {actor.status !== 'active' && <span class="muted"> {actor.status}</span>}
    </span>
  )
}

function TorrentState({ torrent }: { readonly torrent: TorrentRow | undefined }) {
  if (torrent === undefined) return null
  const { pieces, rateDown, rateUp, total } = torrent
  return (
    <span class="actor-state">
      {total > 0 && <progress value={pieces} max={total} aria-label="Verified" />}
      <span>{percent(pieces, total)}</span>
      <span class="down">↓ {rate(rateDown)}</span>
      <span class="up">↑ {rate(rateUp)}</span>
    </span>
  )
}
