import { createActor, type EventObject, fromCallback } from 'xstate'

/** Stands for an actor that a chart tells something; it receives nothing. */
export const nobody = createActor(fromCallback<EventObject>(() => {}))
