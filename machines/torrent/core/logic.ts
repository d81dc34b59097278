import { decidingLogic } from '../../deciding.ts'
import type { Command } from '../vocabulary/commands.ts'
import { type Core, type CoreInput, createCore } from './core.ts'
import { decide } from './decide.ts'
import { type Equipment, equipped, type RestoredInput, type TorrentInput } from './input.ts'

/**
 * The actor that holds the data plane of a torrent. A machine would have to copy with every block what is too large to copy. `equipment`:
 * what a torrent is restored with, where its input has nothing of it.
 */
export const coreLogicWith = (equipment: Partial<Equipment>) =>
  decidingLogic({
    create: ({ chart, ...input }: CoreMaking, self: Core['self']) =>
      createCore({ ...equipped(input, equipment), chart }, self),
    decide,
    carryOut,
    attend,
  })

/** The same, where the input has everything. */
export const coreLogic = coreLogicWith({})

/** What the actor of a core is made from. */
export type CoreMaking = (TorrentInput | RestoredInput) & Pick<CoreInput, 'chart'>

/** A ban that its own core decides is in its queue behind that decision: no transition runs amid another. */
function attend({ blacklist, claim, self }: Core): () => void {
  const watch = blacklist.subscribe(() => self.send({ type: 'blacklist.added' }))
  return () => {
    watch.unsubscribe()
    claim.leave()
  }
}

function carryOut(command: Command): void {
  switch (command.tell) {
    case 'blacklist':
      command.to.add(command.address, command.ban)
      break
    case 'places':
      command.to.send(command.event)
      break
    case 'peer':
      command.to.send(command.event)
      break
    case 'storage':
      command.to.send(command.event)
      break
    case 'chart':
      command.to.send(command.event)
      break
    case 'extension':
      command.to.send(command.event)
      break
    case 'transport':
      command.to.send(command.event)
      break
    case 'home':
      command.to.send(command.event)
      break
    case 'tracker':
      command.to.send(command.event)
      break
    case 'web_seed':
      command.to.send(command.event)
      break
    case 'dht':
      command.to.send(command.event)
      break
  }
}
