import { encodeBencode } from '../../transport/wire/bencode.ts'
import type { Case } from '../case.ts'

const text = (content: string): Uint8Array => Buffer.from(content, 'latin1')

/** Messages that say nothing, or nothing right. */
const junk: Readonly<Record<string, Uint8Array>> = {
  empty: text('de'),
  'no-bencode': text('xyz'),
  'cut-short': text('d5:added6:'),
  'added-five-bytes': text('d5:added5:\x7f\x00\x00\x09\x00e'),
  'added-integer': text('d5:addedi1ee'),
  'flags-too-many': encodeBencode({ added: text('\x7f\x00\x00\x09\x00\x09'), 'added.f': text('\x00\x00\x00') }),
  'port-0': encodeBencode({ added: text('\x7f\x00\x00\x09\x00\x00'), 'added.f': text('\x00') }),
  twice: encodeBencode({ added: text('\x7f\x00\x00\x09\x00\x09'.repeat(2)), 'added.f': text('\x00\x00') }),
  'added-and-dropped': encodeBencode({
    added: text('\x7f\x00\x00\x09\x00\x09'),
    dropped: text('\x7f\x00\x00\x09\x00\x09'),
  }),
}

/** So many contacts of the network 127.9.0.0/16, where nobody is harmed, at a port that nobody listens on. */
const contacts = (network: number, count: number): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, (_, nth) => Buffer.of(127, 9, network + (nth >> 8), nth & 255, 0, 9)))

/** Peer exchange (BEP 11). */
export const pex: readonly Case[] = [
  ...Object.entries(junk).map(
    ([name, payload]): Case => ({
      name: `pex.junk.${name}`,
      bep: 11,
      rule: 'What peers say of others is not to be trusted: behind a message that is wrong, a client closes or reads on.',
      needs: ['ut_pex'],
      async run(scene) {
        const peer = await scene.meet()
        peer.sayTo('ut_pex', payload)
        return await peer.readsOn()
      },
    }),
  ),
  {
    name: 'pex.flood.messages',
    bep: 11,
    rule: 'At most one message a minute may come, and clients may disconnect who sends more: one that stays reads on.',
    needs: ['ut_pex'],
    async run(scene) {
      const peer = await scene.meet()
      for (let nth = 1; nth <= 100; nth++)
        peer.sayTo('ut_pex', { added: contacts(nth, 1), 'added.f': new Uint8Array(1) })
      return await peer.readsOn()
    },
  },
  {
    name: 'pex.flood.contacts',
    bep: 11,
    rule: 'A message should name at most 50 contacts, and clients may disconnect who names more: one that stays reads on.',
    needs: ['ut_pex'],
    async run(scene) {
      const peer = await scene.meet()
      const added = contacts(0, 2_000)
      peer.sayTo('ut_pex', { added, 'added.f': new Uint8Array(added.length / 6) })
      return await peer.readsOn()
    },
  },
]
