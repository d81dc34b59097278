import { decidingLogic } from '../deciding.ts'
import type { SessionCommand } from './commands.ts'
import { createSessionCore } from './core.ts'
import { decide } from './decide.ts'

/** The actor that holds the guests and torrents of a session. */
export const sessionCoreLogic = decidingLogic({ create: createSessionCore, decide, carryOut })

function carryOut(command: SessionCommand): void {
  switch (command.tell) {
    case 'guest':
      command.to.send(command.event)
      break
    case 'transport':
      command.to.send(command.event)
      break
    case 'torrent':
      command.to.send(command.event)
      break
    case 'adopter':
      command.to.send(command.event)
      break
    case 'chart':
      command.to.send(command.event)
      break
  }
}
