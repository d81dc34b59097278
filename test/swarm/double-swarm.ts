import { seededRandom } from '../../transport/random.ts'
import { createNetworks } from '../transport/kinds.ts'
import { createSwarm, type MemberOptions } from './swarm.ts'

/** What the networks are. */
export type Kind = 'utp' | 'tcp'
const both = ['utp', 'tcp'] as const
/** Of both networks. */
export const latencyMs = 20

/** A swarm whose hosts are joined by two networks, each of which speaks what it is given, the first before the others. */
export function createDoubleSwarm(options: Parameters<typeof createSwarm>[0] = {}) {
  const swarm = createSwarm(options)
  const networks = createNetworks(both, { clock: swarm.clock, random: seededRandom(7), latencyMs })
  const add = (host: string, kinds: readonly [Kind, ...Kind[]], more: MemberOptions = {}) => {
    const [first, ...others] = kinds
    const by = (kind: Kind) => networks.transport(kind, host)
    return swarm.add(host, { ...more, transport: [by(first), ...others.map(by)] })
  }
  return { ...swarm, networks, add }
}

/** What `createDoubleSwarm` makes. */
export type DoubleSwarm = ReturnType<typeof createDoubleSwarm>
