import { type RemoteOptions, ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import type { Connection } from '../../transport/transport.ts'
import type { BlockRequest, Message } from '../../transport/wire/messages.ts'
import { pieceOf } from '../storage/support.ts'
import { addressOf, type Swarm } from '../swarm/swarm.ts'

/**
 * How a remote of a swarm behaves: it greets, with the Fast extension alone and the name of its host as its peer id if nothing else is
 * said, and does nothing that its script does not say.
 */
export type Script = Partial<Omit<RemoteOptions, 'clock'>>

/** Listens on a host; answers the connections it has had, in order. */
export function listenRaw(swarm: Swarm, host: string, script: Script): readonly ScriptedRemote[] {
  const connections: ScriptedRemote[] = []
  void swarm.network
    .transport(host)
    .listen(addressOf(host), (connection) => connections.push(speak(swarm, host, connection, script)))
  return connections
}

/** Dials one of the swarm's hosts. */
export function dialRaw(swarm: Swarm, host: string, to: string, script: Script): ScriptedRemote {
  return speak(swarm, host, swarm.network.transport(host).dial(addressOf(to)), script)
}

/** The block that was asked for, right. */
export function answerTo(swarm: Swarm, { index, begin, length }: BlockRequest): Message {
  const data = pieceOf(swarm.metainfo, swarm.data, index).subarray(begin, begin + length)
  return { name: 'piece', blocks: [{ index, begin, data }] }
}

/** A script that has everything, unchokes whoever is interested, and does `answer` with each request. */
export function seederThat(answer: (request: BlockRequest, self: ScriptedRemote) => void): Script {
  return {
    greets: [{ name: 'have_all' }],
    hears(message, self) {
      if (message.name === 'interested') self.say({ name: 'unchoke' })
      if (message.name === 'request') for (const request of message.requests) answer(request, self)
    },
  }
}

function speak(swarm: Swarm, host: string, connection: Connection, script: Script): ScriptedRemote {
  return new ScriptedRemote(connection, {
    clock: swarm.clock,
    infoHash: swarm.metainfo.infoHash,
    peerId: new TextEncoder().encode(host.padEnd(20, '-')),
    features: { extended: false },
    greets: [],
    ...script,
  })
}
