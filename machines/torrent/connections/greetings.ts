import { type Core, withExtensions } from '../core/core.ts'
import type { Command } from '../vocabulary/commands.ts'
import { tellBatch } from './broadcast.ts'

/** Our extended handshake has changed: every peer is told (BEP 10). */
export function regreet(core: Core): Command[] {
  core.greeting = withExtensions(core.greeting, core.extensions)
  core.telling.addGreeting(core.swarm.peers.keys())
  return tellBatch(core)
}
