import type { PeerInput } from '../../peer/vocabulary/context.ts'
import type { EncryptionPolicy } from '../../peer/vocabulary/facts.ts'
import { groupName } from '../peers/group-slots.ts'
import { rememberedOf } from '../trust/verdicts.ts'
import { type Command, tellChart } from '../vocabulary/commands.ts'
import type { ConnectionsCore } from './slice.ts'

/** What a peer is about; without a layout as long as the metadata is to come, and the disk to be checked. */
export const membershipOf = ({ asksDht, infoHash, isChecked, isPrivate, layout }: ConnectionsCore) => ({
  infoHash,
  ...(isChecked && { layout }),
  ...(asksDht && !isPrivate && { hasDht: true }),
})

/**
 * Makes room for a peer, and has its actor spawned. `encryption` is the torrent's policy, or `none` for a dial where encryption was
 * refused. One that is accepted learns its torrent by `torrent.adopt`.
 */
export function spawnPeer(
  core: ConnectionsCore,
  { link, ways, connection }: Pick<PeerInput, 'link' | 'ways' | 'connection'>,
  encryption: EncryptionPolicy,
): Command {
  const remembered = rememberedOf(core, link.address)
  const { record, place, opensGroup } = core.swarm.add(link, remembered.reputation)
  record.isTaught = core.isChecked
  record.toldGreetings = core.telling.greetings
  return tellChart(core, {
    type: 'swarm.group',
    group: groupName(place.group),
    isNew: opensGroup,
    command: {
      type: 'group.spawn',
      slot: String(place.slot),
      input: {
        peer: record.peer,
        link,
        ...(ways && { ways }),
        at: core.now,
        peerId: core.peerId,
        encryption,
        greeting: core.greeting,
        ...remembered,
        owner: core.self,
        ...(connection && { connection }),
        ...(link.direction === 'out' && membershipOf(core)),
      },
    },
  })
}
