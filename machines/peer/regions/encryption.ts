import { peerSetup } from '../setup.ts'

/**
 * How the bytes travel (MSE/PE). Decided once, when the socket opens: `plaintext`, unless the policy `required` forbids it, in
 * which case no byte is sent at all.
 */
export const encryption = peerSetup.createStateConfig({
  initial: 'undecided',
  states: {
    undecided: {
      on: {
        'transport.opened': [
          {
            guard: 'forbidsPlaintext',
            target: 'failed',
            actions: { type: 'end', params: { source: 'local', code: 'encryption_required' } },
          },
          { target: 'plaintext', actions: 'settleEncryption' },
        ],
      },
    },
    plaintext: {},
    failed: {},
  },
})
