import { type ChokeAlgorithm, chokeRound, createTorrent, openMemoryStore } from 'peerchart'
import { seeded } from './seeded.ts'

/** Friends first: what BEP 3 decides, asked of the friends alone as long as one of them is interested. */
const friendsFirst =
  (isFriend: (host: string) => boolean): ChokeAlgorithm =>
  (candidates, situation) => {
    const friends = candidates.filter(({ address, interested }) => interested && isFriend(address.host))
    return chokeRound(friends.length > 0 ? friends : candidates, situation)
  }

const { metainfo, address, seeder, stop } = await seeded({ choker: friendsFirst((host) => host === '127.0.0.1') })
seeder.on('choke_round', ({ peers }) => {
  for (const { address, slot, reason } of peers) console.log(address.host, slot, reason)
})
const friend = createTorrent({ metainfo, store: openMemoryStore(metainfo), peers: [address] })
friend.start()
const { downloaded } = await friend.done
await friend.stop()
await stop()
console.log('complete', downloaded, 'bytes, as a friend')
