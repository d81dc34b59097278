import { memoryPair } from '../../transport/memory.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'

/** A connection for the events that bear one; nobody opens it. */
export const [connection] = memoryPair({ clock: new SimulatedClock(), random: () => 0.5 })
