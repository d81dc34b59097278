import type { BlockRequest } from '../../transport/wire/messages.ts'
import type { Peer } from '../peer.ts'

/** How many answers a request has had. */
export const answersTo = ({ remote }: Peer, { index, begin }: BlockRequest): number =>
  remote.heard.filter((one) => {
    if (one.name === 'piece') return one.blocks.some((block) => block.index === index && block.begin === begin)
    return one.name === 'reject_request' && one.requests.some((same) => same.index === index && same.begin === begin)
  }).length
