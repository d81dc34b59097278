import type { Batch } from '../protocol.ts'
import type { Known } from './store.ts'

/** A hidden page lets go of the feed after so long, in milliseconds: nobody looks, and all there is comes again with the next. */
const restAfterMs = 30_000

/** Tried again after so long when the browser itself has given up. */
const retryMs = 2000

/** Follows the feed of the server for as long as the page lives. */
export function follow(known: Known): void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const open = (): void => {
    clearTimeout(timer)
    if (source !== undefined && source.readyState !== EventSource.CLOSED) return
    source = new EventSource('feed')
    source.onopen = () => known.setLink('open')
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const batch: Batch = JSON.parse(data)
      known.setLink('open')
      known.apply(batch)
    }
    source.onerror = () => {
      known.setLink('lost')
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, retryMs)
    }
  }
  const rest = (): void => {
    clearTimeout(timer)
    source?.close()
    known.setLink('resting')
  }
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(rest, restAfterMs)
    else open()
  })
  open()
}
