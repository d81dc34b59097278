import { useEffect } from 'preact/hooks'
import { ActorBar } from './actor-bar.tsx'
import { useChoice } from './choice.ts'
import { Detail } from './detail.tsx'
import { Header, Notice } from './header.tsx'
import { useKnown } from './known.ts'
import { Splitter } from './splitter.tsx'
import { PeerTable } from './table.tsx'

/** The whole page: what runs, the peers, and the chosen actor below them. */
export function App() {
  const choice = useChoice()
  const { actors } = useKnown('actors')
  useSlash()
  const chosen = choice.actor === undefined ? undefined : actors.get(choice.actor)
  return (
    <div class={chosen ? 'app has-detail' : 'app'}>
      <a class="skip" href="#peers">
        Skip to the peers
      </a>
      <div>
        <Header />
        <Notice />
      </div>
      <ActorBar choice={choice} />
      <main class="panes">
        <PeerTable choice={choice} />
        {chosen && <Splitter />}
        {chosen && <Detail key={chosen.id} actor={chosen} choice={choice} />}
      </main>
    </div>
  )
}

/** `/` goes to the search of the view that has one, else to that of the peers. */
function useSlash(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return
      const within = target instanceof Element ? target.closest('.detail') : null
      const search = within?.querySelector('input[type=search]') ?? document.querySelector('#search')
      if (!(search instanceof HTMLInputElement)) return
      event.preventDefault()
      search.focus()
      search.select()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
