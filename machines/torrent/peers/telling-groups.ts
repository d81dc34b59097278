import type { GroupCommand } from '../vocabulary/events.ts'

/** A word to a group of peers, as the core of a torrent or of a session has its chart pass it on. */
export interface Word {
  group: string
  command: GroupCommand
}

/** A guard: the group has to be spawned first. */
export const isNewGroup = (_: unknown, { isNew }: { isNew: boolean }): boolean => isNew

/** For `sendTo`: the group that is meant. */
export const groupOf = (_: unknown, { group }: Word): string => group

/** For `sendTo`: what it is told. */
export const commandOf = (_: unknown, { command }: Word): GroupCommand => command
