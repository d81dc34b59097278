import { isDialable } from '../../transport/address.ts'
import { messageMax, peersMax } from '../../transport/tracker/announce.ts'
import { announceOf } from '../../transport/tracker/udp-packets.ts'
import { aRequest } from '../engine/asking.ts'
import { packetsOf } from '../engine/packets.ts'
import { must, type Target } from '../engine/target.ts'
import { answeredOverUdp, udpTrackers, udpTrackerUrl } from '../engine/udp-answering.ts'
import { counted } from '../engine/wire-seeds.ts'

/**
 * What a tracker answers over UDP (BEP 15), packet by packet: one outcome at the most, within bounds, and no timer is left. A packet of four
 * bytes or more has the transaction id of what was last asked put into it, so that it answers that.
 */
export const target: Target = {
  covers: ['transport/tracker/udp-announce.ts', 'transport/tracker/udp-packets.ts'],
  bytesMax: 4_096,
  words: [Uint8Array.of(0, 0, 0, 1), Uint8Array.of(0, 0, 0, 3), Uint8Array.of(0, 0, 0, 0), Uint8Array.of(0, 26)],
  seeds: () => ({
    announced: packetsOf([
      counted(16, 0).fill(0, 0, 8),
      Uint8Array.of(0, 0, 0, 1, ...counted(16), 192, 0, 2, 1, 0x1a, 0xe1),
    ]),
    refused: packetsOf([Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 0, ...Buffer.from('not registered'))]),
    'cut short': packetsOf([Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)]),
  }),
  run(input) {
    return `${asked(input, 'ipv4')} ${asked(input, 'ipv6')}`
  },
}

function asked(input: Uint8Array, family: keyof typeof udpTrackers): string {
  const host = udpTrackers[family]
  const any = udpTrackerUrl(host)
  const outcome = answeredOverUdp(input, host, announceOf(any, aRequest))
  any.pathname = Buffer.from(input).toString()
  const said = announceOf(any, aRequest).packet({ connection: 1n, transaction: 1 })
  must(said.length >= 98, 'any URL can be said')
  if (!outcome) return 'waits'
  if ('failure' in outcome) {
    must(outcome.failure.message.length <= messageMax, 'why not is short')
    return outcome.failure.fault
  }
  must(
    outcome.answer.peers.length <= peersMax && outcome.answer.peers.every(isDialable),
    'its peers are bounded, and can be dialled',
  )
  return outcome.answer.peers.length > 0 ? 'peers' : 'nobody'
}
