import { askingTakersOnly } from '../../asked-regions.ts'
import { restorable } from '../../persistence/restorable.ts'
import { requireInput } from '../../provided.ts'
import { peerSetup } from '../actions/setup.ts'
import { peerPersistence } from '../persistence/persistence.ts'
import { makesSense } from '../persistence/sense.ts'
import { initialContext, type PeerInput } from '../vocabulary/context.ts'
import { amChoking } from './am-choking.ts'
import { amInterested } from './am-interested.ts'
import { availability } from './availability.ts'
import { encryption } from './encryption.ts'
import { extended } from './extended.ts'
import { handshake } from './handshake.ts'
import { peerChoking } from './peer-choking.ts'
import { peerInterested } from './peer-interested.ts'
import { reputation } from './reputation.ts'
import { requests } from './requests.ts'
import { talk } from './talk.ts'
import { uploads } from './uploads.ts'

const chart = peerSetup.createMachine({
  id: 'peer',
  type: 'parallel',
  context: ({ input: given, spawn }) => {
    const input = requireInput<PeerInput>('a peer', given)
    const { connection, link } = input
    return initialContext(input, spawn('transport', { id: 'transport', input: { link, connection } }))
  },
  states: {
    handshake,
    encryption,
    talk,
    availability,
    extended,
    am_choking: amChoking,
    am_interested: amInterested,
    peer_choking: peerChoking,
    peer_interested: peerInterested,
    requests,
    uploads,
    reputation,
  },
})

/**
 * One BitTorrent peer connection. Twelve concerns live side by side; none targets a state of another. What couples them: every
 * fault raises `peer.end`, which only `handshake` takes; `handshake` waits for `encryption.settled`, and asks that region whether
 * a hang-up was a refusal; the others count nothing but while it is `open`; `talk` stands before those that change what it counts by;
 * what was said of pieces before the metadata, to `requests` too, `availability` tells when that has come. The order of the regions is the
 * order of their actions, so a choke is on the wire before the rejects it causes (BEP 6). A region is asked only for events that it takes,
 * and for no command that makes no sense.
 */
export const peerMachine = restorable(askingTakersOnly(chart, makesSense), peerPersistence)
