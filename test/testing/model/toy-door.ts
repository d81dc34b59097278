import { and, assign, enqueueActions, not, setup, stateIn } from 'xstate'

/** A lock and a door side by side: guards by payload, a raise between regions, queued actions, a way that none can go. */
const door = setup({
  types: {
    context: {} as { wrongCodes: number; codesMax: number },
    events: {} as
      | { type: 'user.code'; code: number }
      | { type: 'user.push' | 'user.pull' | 'timer.relock' }
      | { type: 'lock.opened' | 'lock.failed' | 'user.kick' },
    input: {} as { codesMax: number },
  },
  guards: {
    codeRight: ({ event }) => event.type === 'user.code' && event.code === 42,
    tooMany: ({ context }) => context.wrongCodes >= context.codesMax,
    neverHolds: () => false,
    isUnlocked: stateIn({ lock: 'unlocked' }),
    isClosed: stateIn({ door: 'closed' }),
  },
  actions: { clearCodes: assign({ wrongCodes: 0 }), ring: () => {} },
})

const doorWithQueue = door.extend({
  actions: {
    countCode: enqueueActions(({ enqueue, context }) => {
      enqueue.assign({ wrongCodes: context.wrongCodes + 1 })
      if (context.wrongCodes + 1 === context.codesMax) enqueue.raise({ type: 'lock.failed' })
    }),
    reportOpened: enqueueActions(({ enqueue }) => enqueue.raise({ type: 'lock.opened' })),
  },
})

export const toyDoor = doorWithQueue.createMachine({
  id: 'toy',
  type: 'parallel',
  context: ({ input }) => ({ wrongCodes: 0, codesMax: input.codesMax }),
  on: { 'lock.failed': { actions: 'ring' } },
  states: {
    lock: {
      initial: 'locked',
      states: {
        locked: {
          on: {
            'user.code': [
              { guard: 'codeRight', target: 'unlocked', actions: ['clearCodes', 'reportOpened'] },
              { guard: not('tooMany'), actions: 'countCode' },
            ],
            'user.kick': { guard: 'neverHolds', target: 'unlocked' },
          },
          always: { guard: 'tooMany', target: 'jammed' },
        },
        unlocked: { on: { 'timer.relock': { guard: 'isClosed', target: 'locked' } } },
        jammed: {},
      },
    },
    door: {
      initial: 'closed',
      states: {
        closed: { on: { 'user.push': { guard: and(['isUnlocked', not('tooMany')]), target: 'open' } } },
        open: { on: { 'user.pull': 'closed' } },
      },
    },
    lamp: {
      initial: 'red',
      states: { red: { on: { 'lock.opened': 'green' } }, green: { on: { 'timer.relock': 'red' } } },
    },
  },
})
