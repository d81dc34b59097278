import type { Batch } from '../protocol/protocol.ts'
import type { Known } from './store.ts'

/** A hidden page lets go of the feed after so long, in milliseconds: nobody looks, and all there is comes again with the next. */
const restAfterMs = 30_000

/** Tried again after so long when the browser itself has given up. */
const retryMs = 2000

/**
 * Follows the feed of the server for as long as the page lives and the program runs. While it rests it stays connected, by a stream in which
 * nothing comes: so the program knows that the page is open.
 */
export function follow(known: Known): void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const connect = (path: 'feed' | 'rest', opened: () => void): void => {
    clearTimeout(timer)
    source?.close()
    const own = new EventSource(path)
    source = own
    own.onopen = opened
    own.onmessage = ({ data }: MessageEvent<string>) => {
      const batch: Batch = JSON.parse(data)
      known.setLink('open')
      known.apply(batch)
    }
    own.onerror = () => {
      known.setLink('lost')
      if (own.readyState === EventSource.CLOSED) timer = setTimeout(() => connect(path, opened), retryMs)
    }
    own.addEventListener('over', () => {
      own.close()
      known.setLink('over')
    })
  }
  const look = (): void => connect('feed', () => known.setLink('open'))
  const rest = (): void => connect('rest', () => known.setLink('resting'))
  document.addEventListener('visibilitychange', () => {
    if (known.link === 'over') return
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(rest, restAfterMs)
    else if (known.link !== 'open') look()
  })
  look()
}
