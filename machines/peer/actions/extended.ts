import { assign, enqueueActions } from 'xstate'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { extensionId, extensionNamed, greetingTo, mergeGreetings } from '../talk/greeting.ts'
import { availabilitySetup } from './availability.ts'
import { tell } from './say.ts'

/** What both sides say by the extension protocol (BEP 10). */
export const extendedSetup = availabilitySetup.extend({
  actions: {
    /** It may come again, and then changes only what it names (BEP 10). */
    noteGreeting: enqueueActions(({ context, enqueue }, { handshake }: { handshake: ExtendedHandshake }) => {
      const remoteGreeting = mergeGreetings(context.remoteGreeting, handshake)
      const { uploadOnly = context.uploadOnly } = handshake
      enqueue.assign({ remoteGreeting, uploadOnly })
      tell(enqueue, context, { type: 'peer.extended_handshake', handshake: remoteGreeting })
      if (uploadOnly !== context.uploadOnly) tell(enqueue, context, { type: 'peer.upload_only', uploadOnly })
    }),
    noteOurGreeting: assign((_, { greeting }: { greeting: ExtendedHandshake }) => ({ greeting })),
    sendGreeting: enqueueActions(({ context, enqueue }) => {
      const { greeting, link, transport } = context
      if (!greeting) return
      const handshake = greetingTo(link.address.host, greeting)
      enqueue.sendTo(transport, { type: 'send.extended_handshake', handshake })
    }),
    noteUploadOnly: enqueueActions(({ context, enqueue }, { uploadOnly }: { uploadOnly: boolean }) => {
      enqueue.assign({ uploadOnly })
      tell(enqueue, context, { type: 'peer.upload_only', uploadOnly })
    }),
    tellExtended: enqueueActions(({ context, enqueue }, { id, payload }: { id: number; payload: Uint8Array }) => {
      const name = extensionNamed(context.greeting, id)
      // A view of the socket's buffer, and extensions keep what they get.
      if (name !== undefined) tell(enqueue, context, { type: 'peer.extended', name, payload: new Uint8Array(payload) })
    }),
    sendExtended: enqueueActions(({ context, enqueue }, { name, payload }: { name: string; payload: Uint8Array }) => {
      const id = extensionId(context.remoteGreeting, name)
      if (id !== undefined) enqueue.sendTo(context.transport, { type: 'send.extended', id, payload })
    }),
  },
})
