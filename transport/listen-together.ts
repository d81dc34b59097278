import type { Address, Connection, ListenerHandle, Transport } from './transport.ts'

/** How often a free number is looked for that all have free: each time but one in hundreds the first will do. */
const attemptsMax = 20

/**
 * Listens with each of `transports` at one address, on one number, as peers know a host by one port whatever carries it. Name TCP
 * before uTP: the system picks a number by what one protocol has free, and TCP's numbers are the scarcer. With port 0 another number is
 * tried where a later transport finds the first one's taken. Rejects as the transport does that cannot, and then nobody listens.
 */
export async function listenTogether(
  transports: readonly Transport[],
  address: Address,
  accept: (connection: Connection) => void,
): Promise<readonly ListenerHandle[]> {
  for (let attempt = 1; ; attempt++) {
    const bound: ListenerHandle[] = []
    try {
      for (const transport of transports) {
        bound.push(await transport.listen({ ...address, port: bound[0]?.address.port ?? address.port }, accept))
      }
      return bound
    } catch (error) {
      await Promise.all(bound.map((listener) => listener.close()))
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!isTaken || address.port !== 0 || bound.length === 0 || attempt === attemptsMax) throw error
    }
  }
}
