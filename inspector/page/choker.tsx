import { useState } from 'preact/hooks'
import type { ActorRow, RoundRow } from '../protocol/protocol.ts'
import type { Chooser } from './choice.ts'
import { useKnown } from './known.ts'
import { scrolling } from './scrolling.ts'
import { torrentOf } from './torrent-of.ts'
import { clockSeconds, count } from './words.ts'

/** The last choke rounds: which peers got a slot, with what score, and why the others did not. */
export function Choker({ actor, choice }: { readonly actor: ActorRow; readonly choice: Chooser }) {
  const known = useKnown('rounds', 'peers', 'actors')
  const torrent = torrentOf(actor, known)
  const rounds = known.rounds.get(torrent?.id ?? 0) ?? []
  const [seq, setSeq] = useState<number>()
  const at = rounds.findIndex((round) => round.seq === seq)
  const shown = at < 0 ? rounds.length - 1 : at
  const round = rounds[shown]
  if (round === undefined) return <p class="empty">No choke round yet: the first comes ten seconds after the start.</p>
  const go = (to: number): void => setSeq(to >= rounds.length - 1 ? undefined : rounds[to]?.seq)
  return (
    <>
      <div class="bar">
        <button type="button" aria-label="Earlier round" disabled={shown <= 0} onClick={() => go(shown - 1)}>
          ◂
        </button>
        <button
          type="button"
          aria-label="Later round"
          disabled={shown >= rounds.length - 1}
          onClick={() => go(shown + 1)}
        >
          ▸
        </button>
        <b>Round {count(round.round)}</b>
        <span class="mono">{clockSeconds(round.at)}</span>
        <span class="muted">
          {round.mode}, {round.occasion.replaceAll('_', ' ')}, {round.slots} slots
        </span>
        {shown < rounds.length - 1 ? (
          <button type="button" onClick={() => go(rounds.length - 1)}>
            Latest
          </button>
        ) : (
          <span class="muted">the latest of {rounds.length}</span>
        )}
      </div>
      <div class="scroll" {...scrolling('Peers of the round')}>
        <Round round={round} actor={actor.id} choose={choice.chooseActor} />
      </div>
    </>
  )
}

interface RoundProps {
  readonly round: RoundRow
  readonly actor: number
  readonly choose: (actor: number) => void
}

function Round({ round, actor, choose }: RoundProps) {
  const best = Math.max(1, ...round.peers.map(({ score }) => score ?? 0))
  const peers = [...round.peers].sort(
    (a, b) => Number(a.slot === 'none') - Number(b.slot === 'none') || (b.score ?? -1) - (a.score ?? -1),
  )
  return (
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Peer</th>
          <th scope="col">Slot</th>
          <th scope="col" class="number">
            Score
          </th>
          <th scope="col" class="score-bar">
            <span class="hidden">Score as a bar</span>
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {peers.map(({ id, address, slot, score, why }) => (
          <tr key={id} class={id === actor ? 'chosen' : ''}>
            <td class="mono">
              <button type="button" class="link-button" onClick={() => choose(id)}>
                {address}
              </button>
            </td>
            <td>{slot === 'none' ? <span class="muted">none</span> : <b class="slot">{slot}</b>}</td>
            <td class="number">{score === null ? '–' : count(Math.round(score))}</td>
            <td class="score-bar">
              <i style={{ width: `${(100 * (score ?? 0)) / best}%` }} />
            </td>
            <td>{why}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
