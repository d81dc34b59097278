import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

/** Keeps a box that scrolls at its end, with each drawing, as long as it is live; answers whether a scroll went away from there. */
export function useFollowing(box: RefObject<HTMLDivElement | null>, isLive: boolean): () => boolean {
  useLayoutEffect(() => {
    const { current } = box
    if (isLive && current !== null) current.scrollTop = current.scrollHeight
  })
  return () => {
    const { current } = box
    return current !== null && current.scrollHeight - current.scrollTop - current.clientHeight > awayPixels
  }
}

/** Further from the end than this is no longer the end. */
const awayPixels = 60
