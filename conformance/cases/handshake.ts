import { encode } from '../../transport/wire/encode.ts'
import { handshakeLayout } from '../../transport/wire/handshake.ts'
import type { Case } from '../case.ts'
import type { Remote } from '../remote.ts'
import type { Scene } from '../scene.ts'
import { Broken } from '../verdict.ts'
import { waits } from '../waits.ts'

const { end } = handshakeLayout

/** Waits for the client's handshake on a connection, which has to come, and be about the torrent. */
async function answered(remote: Remote, { metainfo }: Scene): Promise<string> {
  const peerId = await remote.until(() => remote.handshake?.peerId ?? (remote.end ? null : undefined), waits.open)
  if (!peerId)
    throw new Broken(remote.end ? `the client closes (${remote.end.code})` : `no handshake after ${waits.open} ms`)
  if (Buffer.compare(remote.handshake?.infoHash ?? peerId, metainfo.infoHash) !== 0) {
    throw new Broken('the handshake that comes has another info hash')
  }
  return 'answers by a handshake'
}

/** The client must not take us for a peer: silence is as good as an end, as what it cannot read may be a public key (MSE). */
async function unanswered(remote: Remote): Promise<string> {
  const came = await remote.until(() => (remote.handshake?.peerId ? true : remote.end && null), waits.quiet * 3)
  if (came) throw new Broken('the client answers by a handshake')
  return remote.end ? `closes (${remote.end.code})` : 'does not answer by a handshake'
}

/** How each cut of the handshake is called: at the ends of its fields, and one byte beside. */
const cuts = [1, 2, 19, 20, 21, 27, 28, 29, 47, 48, 49, 66, 67]

const fragmentation = 'The handshake is 68 bytes of a stream: where a read ends says nothing.'

const headers: readonly (readonly [string, Buffer])[] = [
  ['letter-case', Buffer.from('\x13bittorrent protocol')],
  ['length-18', Buffer.from('\x12BitTorrent protoco')],
  ['length-20', Buffer.from('\x14BitTorrent protocol2')],
  ['length-0', Buffer.from('\x00')],
  ['length-255', Buffer.from('\xff', 'latin1')],
  ['last-letter', Buffer.from('\x13BitTorrent protocoL')],
  ['http', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
]

/** The handshake of BEP 3: what is answered, and what is not. */
export const handshake: readonly Case[] = [
  {
    name: 'handshake.answer',
    bep: 3,
    rule: 'A handshake is answered by one: 19, "BitTorrent protocol", 8 reserved bytes, the same info hash, a peer id.',
    needs: ['plaintext'],
    async run(scene) {
      const { remote } = await scene.dial()
      remote.write(scene.handshake(), 'handshake')
      return await answered(remote, scene)
    },
  },
  {
    name: 'handshake.reserved.none',
    bep: 3,
    rule: 'The reserved bytes may be all zero: then nothing of an extension is sent.',
    needs: [],
    async run(scene) {
      const peer = await scene.meet({ features: { fast: false, extended: false } })
      await peer.remote.pass(waits.quiet)
      const stray = peer.remote.heard.find(({ name }) => beyondBep3.includes(name))
      if (stray) throw new Broken(`the client sends ${stray.name}, which was not agreed on`)
      return await peer.goesOn()
    },
  },
  {
    name: 'handshake.reserved.no-fast',
    bep: 6,
    rule: 'Fast is in use only where both sides set its bit.',
    needs: ['fast'],
    async run(scene) {
      const peer = await scene.meet({ features: { fast: false } })
      await peer.remote.pass(waits.quiet)
      const stray = peer.remote.heard.find(({ name }) => ofFast.includes(name))
      if (stray) throw new Broken(`the client sends ${stray.name}`)
      return await peer.goesOn()
    },
  },
  {
    name: 'handshake.reserved.no-extended',
    bep: 10,
    rule: 'Extended messages are for peers that set the bit of the extension protocol.',
    needs: ['extended'],
    async run(scene) {
      const peer = await scene.meet({ features: { extended: false } })
      await peer.remote.pass(waits.quiet)
      if (peer.remote.heard.some(({ name }) => name === 'extended'))
        throw new Broken('the client sends an extended message')
      return await peer.goesOn()
    },
  },
  ...[0, 1, 2, 3, 4, 5, 6, 7].map(
    (byte): Case => ({
      name: `handshake.reserved.byte-${byte}`,
      bep: 4,
      rule: 'Reserved bits announce what a peer can do: one that is not known is no reason to refuse it.',
      needs: ['plaintext'],
      async run(scene) {
        const { remote } = await scene.dial()
        const bytes = scene.handshake()
        bytes[handshakeLayout.reserved + byte] = byte === 7 ? 0xe4 : 0xff
        remote.write(bytes, `handshake, every free bit of reserved byte ${byte}`)
        return await answered(remote, scene)
      },
    }),
  ),
  {
    name: 'handshake.info-hash',
    bep: 3,
    rule: 'Sides that do not send the same info hash sever the connection.',
    needs: ['plaintext'],
    async run(scene) {
      const { remote } = await scene.dial()
      remote.write(
        scene.handshake(
          {},
          scene.metainfo.infoHash.map((byte) => byte ^ 0xff),
        ),
        'handshake, another info hash',
      )
      if (await remote.closes()) return `closes (${remote.end?.code})`
      throw new Broken(`the client has not closed after ${waits.close} ms`)
    },
  },
  ...headers.map(
    ([name, header]): Case => ({
      name: `handshake.header.${name}`,
      bep: 3,
      rule: 'A handshake starts with 19 and "BitTorrent protocol": what starts otherwise is none.',
      needs: ['plaintext'],
      async run(scene) {
        const { remote } = await scene.dial()
        remote.write(
          Buffer.concat([header, scene.handshake().subarray(handshakeLayout.reserved)]),
          `a handshake that starts ${name}`,
        )
        return await unanswered(remote)
      },
    }),
  ),
  ...cuts.map(
    (cut): Case => ({
      name: `handshake.cut.${cut}`,
      bep: 3,
      rule: fragmentation,
      needs: ['plaintext'],
      async run(scene) {
        const { remote } = await scene.dial()
        await remote.writeCut(scene.handshake(), [cut], 'handshake')
        return await answered(remote, scene)
      },
    }),
  ),
  {
    name: 'handshake.cut.every-byte',
    bep: 3,
    rule: fragmentation,
    needs: ['plaintext'],
    async run(scene) {
      const { remote } = await scene.dial()
      await remote.writeCut(
        scene.handshake(),
        Array.from({ length: end - 1 }, (_, at) => at + 1),
        'handshake',
      )
      return await answered(remote, scene)
    },
  },
  {
    name: 'handshake.together',
    bep: 3,
    rule: 'A handshake is followed by messages in one stream: a peer that dials may send both at once.',
    needs: ['plaintext'],
    async run(scene) {
      const { remote } = await scene.dial()
      const nothing = new Uint8Array(Math.ceil(scene.layout.pieceCount / 8))
      const messages = encode({ name: 'bitfield', bits: nothing })
      remote.write(
        Buffer.concat([scene.handshake({ fast: false, extended: false }), ...messages]),
        'handshake, bitfield',
      )
      const detail = await answered(remote, scene)
      if (await remote.closes(waits.quiet * 2)) throw new Broken('the client closes behind its handshake')
      return detail
    },
  },
  {
    name: 'handshake.twice',
    bep: 3,
    rule: 'Behind the handshake come length prefixes and messages: a second handshake is none.',
    needs: [],
    async run(scene) {
      const peer = await scene.meet()
      const before = peer.remote.receivedBytes
      peer.remote.write(scene.handshake(), 'a second handshake')
      const again = await peer.remote.until(
        () =>
          (peer.remote.receivedBytes - before >= end && peer.remote.violation !== undefined) ||
          (peer.remote.end && null),
        waits.quiet,
      )
      if (again) throw new Broken('the client sends a second handshake')
      return peer.remote.end ? `closes (${peer.remote.end.code})` : 'waits for the rest of a message'
    },
  },
]

const ofFast: readonly string[] = ['suggest_piece', 'have_all', 'have_none', 'reject_request', 'allowed_fast']
const beyondBep3: readonly string[] = [...ofFast, 'extended', 'unknown']
