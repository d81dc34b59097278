import type { Case } from '../case.ts'
import type { Peer } from '../peer.ts'
import { look } from '../probe.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { waits } from '../waits.ts'
import { serve } from './serving.ts'
import { wrongServing } from './wrong-serving.ts'

const needs = ['leech'] as const

/** That no request comes for a while. */
async function requestsNothing({ remote }: Peer, fault: string): Promise<string> {
  if (await remote.next(({ name }) => name === 'request', waits.quiet)) throw new Broken(fault)
  return 'requests nothing'
}

/** A client that lacks pieces, which we have. The last case gives it all of them. */
export const leech: readonly Case[] = [
  {
    name: 'leech.interested',
    bep: 3,
    rule: 'A downloader tells a peer that has what it lacks that it is interested.',
    needs,
    async run(scene) {
      const peer = await scene.meet({ first: [scene.everything] })
      if (await peer.remote.next(({ name }) => name === 'interested')) return 'is interested'
      throw new Broken('the client does not say that it is interested')
    },
  },
  {
    name: 'leech.allowed-fast',
    bep: 6,
    rule: 'A piece that is allowed fast must not be taken for one that the sender has.',
    needs: ['leech', 'fast'],
    async run(scene) {
      const peer = await scene.meet()
      peer.say({ name: 'allowed_fast', index: 0 }, { name: 'unchoke' })
      return requestsNothing(peer, 'the client requests of a peer that has nothing')
    },
  },
  {
    name: 'leech.choked',
    bep: 3,
    rule: 'Connections start out choked: nothing is requested before an unchoke.',
    needs,
    async run(scene) {
      const peer = await scene.meet({ first: [scene.everything] })
      return requestsNothing(peer, 'the client requests before it is unchoked')
    },
  },
  {
    name: 'leech.choked.again',
    bep: 3,
    rule: 'Behind a choke no data will be sent until an unchoke: a downloader that requested before requests no more.',
    needs,
    async run(scene) {
      const peer = await scene.meet({ first: [scene.everything] })
      peer.say({ name: 'unchoke' })
      const asked = await peer.remote.next(({ name }) => name === 'request')
      if (asked?.name !== 'request') throw new NotSupported('the client requests nothing')
      peer.say({ name: 'choke' })
      // Requests that were on their way when the choke came.
      await peer.remote.pass(waits.quiet)
      const requests = peer.remote.heard.flatMap((one) => (one.name === 'request' ? one.requests : []))
      if (peer.fast) peer.say({ name: 'reject_request', requests })
      const before = peer.remote.heard.length
      await peer.remote.pass(waits.quiet * 2)
      if (peer.remote.heard.slice(before).some(({ name }) => name === 'request'))
        throw new Broken('the client requests while it is choked')
      return 'requests nothing'
    },
  },
  ...wrongServing,
  {
    name: 'leech.whole',
    bep: 3,
    rule: 'A downloader requests blocks of the torrent of a peer that unchokes it, and has the pieces that are right.',
    needs,
    async run(scene) {
      const peer = await scene.meet({ first: [scene.everything] })
      peer.say({ name: 'unchoke' })
      await serve(peer, scene)
      await scene.wait(waits.settle)
      const client = await look(await scene.meet(), scene)
      if (!client.has(0)) throw new NotSupported('the client has not fetched the first piece')
      return client.isSeed ? 'has all' : 'has some of it'
    },
  },
]
