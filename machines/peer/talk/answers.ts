import type { PeerEvent } from '../vocabulary/events.ts'
import type { Answers } from '../vocabulary/talk.ts'

/** What we say that a remote may answer at once, and as often as we say it. */
export type AskingEvent = Extract<PeerEvent, { type: 'torrent.have' | 'torrent.interested' | 'torrent.not_interested' }>

/** A remote that keeps up with us is interested in a piece when we announce it, and no longer when it has it. */
const answersToHave = 2

/** The answers that are due after what we said: to interested and not_interested one, as libtorrent unchokes and chokes at once by it. */
export const withAnswersTo = ({ interest, choking }: Answers, { type }: AskingEvent): Answers =>
  type === 'torrent.have' ? { interest: interest + answersToHave, choking } : { interest, choking: choking + 1 }

/** The answers that are still due after a message that is one of them; undefined when it is none. */
export function withoutAnswer({ interest, choking }: Answers, { type }: PeerEvent): Answers | undefined {
  switch (type) {
    case 'wire.interested':
    case 'wire.not_interested':
      return interest > 0 ? { interest: interest - 1, choking } : undefined
    case 'wire.choke':
    case 'wire.unchoke':
      return choking > 0 ? { interest, choking: choking - 1 } : undefined
    default:
      return undefined
  }
}
