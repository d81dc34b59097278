import type { DatagramHandler } from '../../transport/datagrams/datagrams.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Outcome } from '../../transport/tracker/announce.ts'
import { askOverUdp } from '../../transport/tracker/udp-announce.ts'
import type { UdpQuestion } from '../../transport/tracker/udp-packets.ts'
import { networkOf } from './asking.ts'
import { packetsIn } from './packets.ts'
import { must } from './target.ts'

/** Where a tracker of each family of addresses is. */
export const udpTrackers = { ipv4: '192.0.2.200', ipv6: '2001:db8::200' } as const

/** Its URL. */
export const udpTrackerUrl = (host: string): URL =>
  new URL(`udp://${host.includes(':') ? `[${host}]` : host}:1337/announce?a=b`)

/**
 * Asks a tracker that answers packet by packet, each with the transaction id of what was last asked put into it: one outcome at the most, and no
 * timer is left.
 */
export function answeredOverUdp<Answer>(
  input: Uint8Array,
  host: string,
  question: UdpQuestion<Answer>,
): Outcome<Answer> | undefined {
  const clock = new SimulatedClock()
  const outcomes: Outcome<Answer>[] = []
  let handler: DatagramHandler | undefined
  let transaction: Uint8Array = new Uint8Array(4)
  let isClosed = false
  const network = networkOf({
    clock,
    datagrams: {
      ...networkOf({}).datagrams,
      bind: (address, heard, done) => {
        handler = heard
        done({
          address,
          departed: 0,
          isBusy: false,
          reaches: () => true,
          ref() {},
          unref() {},
          close: (closed) => {
            isClosed = true
            closed()
          },
          send: (bytes) => {
            transaction = bytes.slice(12, 16)
            return 0
          },
        })
      },
    },
  })
  const giveUp = askOverUdp({ url: udpTrackerUrl(host), host }, question, network, (outcome) => outcomes.push(outcome))
  for (const packet of packetsIn(input)) {
    const bytes = packet.slice()
    if (bytes.length >= 8) bytes.set(transaction, 4)
    handler?.received(bytes, { host, port: 1337 })
    clock.advance(1_000)
  }
  must(outcomes.length <= 1, 'it ends once')
  giveUp()
  must(isClosed && clock.pending === 0, 'nothing is left of it')
  return outcomes[0]
}
