import type { CliEvent } from '../output/events.ts'
import type { Output } from '../output/output.ts'

/** Events that are not written until all torrents are ready for them. */
export interface HeldBack {
  /** Writes it, or keeps it until then. */
  event(event: CliEvent): void
  /** One torrent to wait for; call what it returns when that one is ready, or has ended. */
  waitFor(): () => void
}

/** Holds events back until that many torrents are ready. One listener serves all of them, and a program that reads where it listens may dial for any. */
export function heldBack(output: Output, torrents: number): HeldBack {
  const held: CliEvent[] = []
  let unready = torrents
  return {
    event: (event) => {
      if (unready > 0) held.push(event)
      else output.event(event)
    },
    waitFor: () => {
      let isWaiting = true
      return () => {
        if (!isWaiting) return
        isWaiting = false
        unready--
        if (unready === 0) for (const event of held.splice(0)) output.event(event)
      }
    },
  }
}
