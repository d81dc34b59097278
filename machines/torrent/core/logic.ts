import { decidingLogic } from '../../deciding.ts'
import type { Command } from '../vocabulary/commands.ts'
import { createCore } from './core.ts'
import { decide } from './decide.ts'

/** The actor that holds the data plane of a torrent. A machine would have to copy with every block what is too large to copy. */
export const coreLogic = decidingLogic({ create: createCore, decide, carryOut })

function carryOut(command: Command): void {
  switch (command.tell) {
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
  }
}
