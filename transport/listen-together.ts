import type { Address, Connection, ListenerHandle, Transport, TransportKind } from './transport.ts'

/** How often a free number is looked for that all have free: each time but one in hundreds the first will do. */
const attemptsMax = 20

/** What listens at one address. */
export interface ListeningTogether {
  readonly bound: readonly { readonly kind: TransportKind; readonly handle: ListenerHandle }[]
  /** The transports that cannot listen on the number of the others, and why. */
  readonly unbound: readonly { readonly kind: TransportKind; readonly error: unknown }[]
}

/**
 * Listens with each of `transports` at one address, on one number, as peers know a host by one port whatever carries it. TCP goes first:
 * the system picks a number by what one protocol has free, and TCP's numbers are the scarcer. With port 0 another number is tried where a
 * later transport finds the first one's taken. Rejects when the first cannot listen; where a later one cannot, the others do without it.
 */
export async function listenTogether(
  transports: readonly Transport[],
  address: Address,
  accept: (connection: Connection) => void,
): Promise<ListeningTogether> {
  const [first, ...others] = tcpFirst(transports)
  if (!first) return { bound: [], unbound: [] }
  for (let attempt = 1; ; attempt++) {
    const leading = await first.listen(address, accept)
    const bound = [{ kind: first.kind, handle: leading }]
    const unbound: { readonly kind: TransportKind; readonly error: unknown }[] = []
    for (const transport of others) {
      const { kind } = transport
      try {
        bound.push({ kind, handle: await transport.listen({ ...address, port: leading.address.port }, accept) })
      } catch (error) {
        unbound.push({ kind, error })
      }
    }
    const another = address.port === 0 && attempt < attemptsMax && unbound.some(({ error }) => isTaken(error))
    if (!another) return { bound, unbound }
    await Promise.all(bound.map(({ handle }) => handle.close()))
  }
}

const tcpFirst = (transports: readonly Transport[]): readonly Transport[] => [
  ...transports.filter(({ kind }) => kind === 'tcp'),
  ...transports.filter(({ kind }) => kind !== 'tcp'),
]

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
