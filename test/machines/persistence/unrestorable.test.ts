import { describe, expect, test } from 'vitest'
import { createActor } from 'xstate'
import { SnapshotError } from '../../../machines/persistence/snapshot-error.ts'
import { machines, throughJson } from './machines.ts'

describe.each(machines.filter(([what]) => what !== 'a peer' && what !== 'a torrent'))('%s', (what, machine, input) => {
  test('is not restored from a persisted snapshot, through JSON or not, also where it is provided with actors', () => {
    for (const one of [machine, machine.provide({})]) {
      const persisted = createActor(one, { input }).getPersistedSnapshot()
      for (const snapshot of [persisted, throughJson(persisted)]) {
        const { status, error } = createActor(one, { snapshot }).getSnapshot()
        expect([status, error]).toEqual(['error', new SnapshotError('unrestorable', messageOf(what))])
      }
    }
  })
})

const messageOf = (what: string) =>
  `${what} cannot be restored: a snapshot holds no connection and no file, make a new one`
