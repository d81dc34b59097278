import { isDialable } from '../../transport/address.ts'
import type { DatagramHandler } from '../../transport/datagrams/datagrams.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { type AnnounceAnswer, messageMax, type Outcome, peersMax } from '../../transport/tracker/announce.ts'
import { askOverUdp } from '../../transport/tracker/udp-announce.ts'
import { announceOf } from '../../transport/tracker/udp-packets.ts'
import { aRequest, networkOf } from '../engine/asking.ts'
import { packetsIn, packetsOf } from '../engine/packets.ts'
import { must, type Target } from '../engine/target.ts'
import { counted } from '../engine/wire-seeds.ts'

const places = { ipv4: '192.0.2.200', ipv6: '2001:db8::200' } as const
const place = (host: string) => (host.includes(':') ? `[${host}]` : host)

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

function asked(input: Uint8Array, family: keyof typeof places): string {
  const host = places[family]
  const clock = new SimulatedClock()
  const outcomes: Outcome<AnnounceAnswer>[] = []
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
  const url = new URL(`udp://${place(host)}:1337/announce?a=b`)
  const giveUp = askOverUdp({ url, host }, announceOf(url, aRequest), network, (outcome) => outcomes.push(outcome))
  for (const packet of packetsIn(input)) {
    const bytes = packet.slice()
    if (bytes.length >= 8) bytes.set(transaction, 4)
    handler?.received(bytes, { host, port: 1337 })
    clock.advance(1_000)
  }
  must(outcomes.length <= 1, 'it ends once')
  const any = new URL(`udp://${place(host)}:1337/`)
  any.pathname = Buffer.from(input).toString()
  const said = announceOf(any, aRequest).packet({ connection: 1n, transaction: 1 })
  must(said.length >= 98, 'any URL can be said')
  const [outcome] = outcomes
  giveUp()
  must(isClosed && clock.pending === 0, 'nothing is left of it')
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
