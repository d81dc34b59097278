import { type AccessOptions, createSimulatedNetwork } from '../../../simulator/network/network.ts'
import { VirtualTime } from '../../../simulator/run/virtual-time.ts'
import { EndOfConnection } from '../../../testing/transport/end-of-connection.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

/** Hosts with these lines, and an open connection from the first to each of the others. */
export async function star(lines: readonly AccessOptions[]) {
  const clock = new SimulatedClock()
  const time = new VirtualTime(clock)
  const network = createSimulatedNetwork(clock, seededRandom(1))
  const hosts = lines.map((line, nth) => network.host(`host ${nth}`, line))
  const [first, ...others] = hosts
  if (!first) throw new Error('there is no host')
  const ends: { from: EndOfConnection; to: EndOfConnection }[] = []
  for (const other of others) {
    const accepted: EndOfConnection[] = []
    const listener = await other.tcp.listen({ host: other.name, port: 1 }, (connection) => {
      const end = new EndOfConnection(connection)
      accepted.push(end)
      end.open()
    })
    const from = new EndOfConnection(first.tcp.dial(listener.address))
    from.open()
    await time.until(() => from.calls.length > 0 && accepted[0]?.calls.length === 1)
    ends.push({ from, to: accepted[0] as EndOfConnection })
  }
  return { clock, time, network, hosts, ends }
}
