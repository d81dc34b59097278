import type { ActorRow } from '../protocol/protocol.ts'
import { useKnown } from './known.ts'
import { scrolling } from './scrolling.ts'
import { counted, signed } from './words.ts'

/** What it takes to be banned, and what a peer begins with, of `machines/peer/vocabulary/reputation-rules.ts`. */
const [banned, most] = [50, 100]

/** The reputation of a peer, and what it rests on. */
export function Reputation({ actor }: { readonly actor: ActorRow }) {
  const peer = useKnown('peers').peers.get(actor.id)
  if (peer === undefined) return <p class="empty">Its peer is forgotten.</p>
  const { evidence, reputation, reputationState } = peer
  return (
    <div class="scroll padded" {...scrolling('Reputation')}>
      <p class="reputation-now">
        <b class={`score ${reputation <= banned ? 'bad' : ''}`}>{reputation}</b>
        <span class={reputationState === 'banned' ? 'bad' : ''}>{reputationState}</span>
        <meter min={0} max={most} low={banned + 1} high={80} optimum={most} value={Math.min(reputation, most)}>
          {reputation}
        </meter>
        <span class="muted">banned at {banned} or below</span>
      </p>
      {evidence.length === 0 ? (
        <p class="empty">Nothing has changed it.</p>
      ) : (
        <table class="plain">
          <caption>{counted(evidence.length, 'piece of evidence', 'pieces of evidence')}, the last first</caption>
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col" class="number">
                Change
              </th>
              <th scope="col">What it did</th>
            </tr>
          </thead>
          <tbody>
            {evidence.toReversed().map(({ rule, delta, text }, i) => (
              <tr key={evidence.length - i}>
                <td>
                  <code>{rule}</code>
                </td>
                <td class={`number ${delta < 0 ? 'bad' : 'good'}`}>{signed(delta)}</td>
                <td>{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
