import { canonicalHost, ipText } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import { viewOf } from '../peer/peer-view.ts'
import type { ExtensionPeer } from './extension.ts'

/** Where others can dial a peer: it was dialled there, or says that it listens there. Undefined when nobody knows. */
export function listenAddress({ address, direction, greeting }: ExtensionPeer): Address | undefined {
  if (direction === 'out') return address
  return greeting?.p === undefined ? undefined : { host: address.host, port: greeting.p }
}

/**
 * Whether an address is ours: the peer sees us at its host and we listen on its port. libtorrent names us to ourselves; taken, our own
 * address would cost a dial, and the place of another peer behind our router.
 */
export function isUs(peer: ExtensionPeer, { host, port }: Address): boolean {
  const ours = viewOf(peer)?.context.greeting?.p
  const seenAs = peer.greeting?.yourip
  return port === ours && seenAs !== undefined && canonicalHost(host) === ipText(seenAs)
}
