import { readFeatures } from '../transport/wire/handshake.ts'
import type { Client } from './client.ts'
import { isAvailability, Peer } from './peer.ts'
import { Scene, type World } from './scene.ts'
import { Transcript } from './transcript.ts'
import { NotSupported, Unreachable } from './verdict.ts'
import { waits } from './waits.ts'

/** Of a client that nothing is known of. */
const unknown: Client = {
  features: { extended: true, fast: true, dht: true },
  peerId: new Uint8Array(20),
  greeting: undefined,
  plaintext: true,
  mse: true,
  has: () => false,
  isSeed: false,
}

/** Finds out what the client is like. Rejects with an Error when no connection to it stands, or it takes none about the torrent. */
export async function probe(world: World): Promise<Client> {
  const scene = new Scene(world, unknown, new Transcript())
  try {
    const plain = await reached(scene.meet())
    const encrypted = await reached(scene.meet({ mse: ['rc4', 'plaintext'] }))
    if (!(encrypted instanceof Peer) && scene.hadShortSecret) return await probe(world)
    const peer = [plain, encrypted].find((one) => one instanceof Peer)
    if (!peer) {
      if (encrypted instanceof Unreachable) throw new Error(encrypted.message)
      throw new Error('the client takes no connection about this torrent, neither in the clear nor by MSE')
    }
    return { ...(await look(peer, scene)), plaintext: plain instanceof Peer, mse: encrypted instanceof Peer }
  } finally {
    scene.end()
  }
}

/** What the client has now. */
export async function look(peer: Peer, { layout }: Scene): Promise<Client> {
  const { remote } = peer
  // A client without Fast that has nothing says nothing (BEP 3).
  await remote.until(() => remote.heard.some(isAvailability) || remote.end !== undefined, waits.quiet)
  await remote.pass(waits.quiet / 4)
  const pieces = new Set<number>()
  for (const message of remote.heard) {
    if (message.name === 'have') pieces.add(message.index)
    if (message.name === 'have_all') for (let index = 0; index < layout.pieceCount; index++) pieces.add(index)
    if (message.name !== 'bitfield') continue
    for (let index = 0; index < layout.pieceCount; index++) {
      if (((message.bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0) pieces.add(index)
    }
  }
  return {
    ...unknown,
    features: readFeatures(remote.handshake?.reserved ?? new Uint8Array(8)),
    peerId: remote.handshake?.peerId ?? unknown.peerId,
    greeting: peer.greeting,
    has: (index) => pieces.has(index),
    isSeed: pieces.size === layout.pieceCount,
  }
}

/** The peer that was met, or why there is none. */
async function reached(meeting: Promise<Peer>): Promise<Peer | NotSupported> {
  try {
    return await meeting
  } catch (error) {
    if (error instanceof NotSupported) return error
    throw error
  }
}
