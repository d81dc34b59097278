import { useRef, useState } from 'preact/hooks'
import type { ActorRow, Wish } from '../protocol/protocol.ts'
import { useKnown } from './known.ts'
import { type SendableWish, wishesFor, wishOf } from './sendable.ts'

/** Buttons for what is sent most, of what the program allows. */
export function QuickWishes({ actor }: { readonly actor: ActorRow }) {
  const { allow } = useKnown('link')
  const [said, setSaid] = useState('')
  const quick = wishesFor(actor.role, allow).filter(({ isQuick }) => isQuick)
  if (quick.length === 0) return null
  return (
    <span class="quick">
      {quick.map((wish) => (
        <button
          key={wish.type}
          type="button"
          class={wish.endsIt ? 'danger' : ''}
          disabled={actor.status !== 'active'}
          title={`Send ${wish.type}`}
          onClick={() => send({ to: actor.id, event: { ...wish.fields, type: wish.type } }).then(setSaid)}
        >
          {wish.label}
        </button>
      ))}
      <span class="muted" role="status">
        {said}
      </span>
    </span>
  )
}

/** Sends any event that the program allows, with its fields. */
export function Send({ actor }: { readonly actor: ActorRow }) {
  const { allow } = useKnown('link')
  const wishes = wishesFor(actor.role, allow)
  const [wish, setWish] = useState<SendableWish | undefined>(wishes[0])
  const [fields, setFields] = useState(textOf(wish))
  const [said, setSaid] = useState('')
  const newest = useRef(0)
  if (wish === undefined) return null
  /** The answer to an earlier one may come later. */
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const own = ++newest.current
    const answer = await answerTo(() => send(wishOf(actor.id, wish.type, fields)))
    if (own === newest.current) setSaid(answer)
  }
  return (
    <form class="scroll padded send-form" onSubmit={submit}>
      <label>
        <span>Event</span>
        <select
          value={wish.type}
          onChange={({ currentTarget }) => {
            const chosen = wishes.find(({ type }) => type === currentTarget.value)
            setWish(chosen)
            setFields(textOf(chosen))
            setSaid('')
          }}
        >
          {wishes.map(({ type }) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Fields, as JSON</span>
        <textarea
          rows={5}
          spellcheck={false}
          value={fields}
          onInput={({ currentTarget }) => setFields(currentTarget.value)}
        />
      </label>
      <p>
        <button type="submit" class="primary">
          Send to {actor.name}
        </button>
        <span role="status"> {said}</span>
      </p>
    </form>
  )
}

async function answerTo(sending: () => Promise<string>): Promise<string> {
  try {
    return await sending()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const textOf = (wish: SendableWish | undefined): string =>
  wish === undefined ? '' : JSON.stringify(wish.fields, undefined, 2)

/** Sends, and says in words what became of it. */
async function send(wish: Wish): Promise<string> {
  try {
    const answer = await fetch('send', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    })
    if (answer.ok) return `${wish.event.type} sent`
    if (answer.status === 403) return 'The program does not allow it.'
    if (answer.status === 404) return 'The actor is gone.'
    return `The server refused it (${answer.status}).`
  } catch {
    return 'The program does not answer.'
  }
}
