import { isSameHost } from '../address.ts'
import type { DatagramSocket } from '../datagrams/datagrams.ts'
import { failed, type Outcome } from './announce.ts'
import type { TrackerNetwork } from './network.ts'
import { unreachable } from './network-error.ts'
import { portOf } from './tracker-url.ts'
import { answerHead, connectionIn, connectPacket, errorIn, type UdpQuestion, udpAction } from './udp-packets.ts'

/** How long a packet waits for its answer before it is sent again, in milliseconds: twice as long each time (BEP 15). */
export const udpRepeatMs = 15_000

/**
 * Asks over UDP (BEP 15) from a port of its own: for a connection id, unless one still holds, then its question with it. Where an id of an
 * earlier question leads to nothing, another is asked for. Packets from elsewhere, and with another transaction id than ours, are passed
 * over. It has no end of its own when nothing comes. Answers how to give it up.
 */
export function askOverUdp<Answer>(
  { host, url }: { readonly url: URL; readonly host: string },
  question: UdpQuestion<Answer>,
  { clock, connections, datagrams, randomBytes }: TrackerNetwork,
  done: (outcome: Outcome<Answer>) => void,
): () => void {
  const to = { host, port: portOf(url) }
  const family = host.includes(':') ? 'ipv6' : 'ipv4'
  let socket: DatagramSocket | undefined
  /** What the last packet bore. */
  let connection: bigint | undefined
  let isOwn = false
  let transaction = 0
  let repeats = 0
  let timer: unknown
  let isOver = false

  const giveUp = () => {
    isOver = true
    clock.clearTimeout(timer)
    socket?.close(() => {})
    socket = undefined
  }
  const end = (outcome: Outcome<Answer>) => {
    if (isOver) return
    giveUp()
    done(outcome)
  }
  const send = () => {
    connection = connections.of(to)
    transaction = Buffer.from(randomBytes(4)).readUInt32BE()
    const bytes = connection === undefined ? connectPacket(transaction) : question.packet({ connection, transaction })
    socket?.send(bytes, to, (error) => end(unreachable(error)))
    timer = clock.setTimeout(
      () => {
        repeats++
        if (!isOwn) connections.forget(to)
        send()
      },
      udpRepeatMs * 2 ** repeats,
    )
  }
  const sendAnew = () => {
    clock.clearTimeout(timer)
    repeats = 0
    send()
  }
  const take = (bytes: Uint8Array) => {
    const head = answerHead(bytes)
    if (isOver || head?.transaction !== transaction) return
    if (head.action === udpAction.error) {
      if (connection === undefined || isOwn) return end(errorIn(bytes))
      connections.forget(to)
      sendAnew()
    } else if (connection !== undefined && head.action === question.action) end(question.answerIn(bytes, family))
    else if (connection === undefined && head.action === udpAction.connect) {
      const id = connectionIn(bytes)
      if (id === undefined) return end(failed('faulty', 'what it answers is cut short'))
      isOwn = true
      connections.note(to, id)
      sendAnew()
    }
  }
  datagrams.bind(
    { host: datagrams.anyHostFor(host), port: 0 },
    {
      received: (bytes, from) => {
        if (from.port === to.port && isSameHost(from.host, to.host)) take(bytes)
      },
      drained: () => {},
    },
    (bound) => {
      if (bound instanceof Error) end(unreachable(bound))
      else if (isOver) bound.close(() => {})
      else {
        socket = bound
        send()
      }
    },
  )
  return giveUp
}
