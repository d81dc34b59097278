import { createTorrent, openMemoryStore } from 'peerchart'
import type { InspectionEvent } from 'xstate'
import { seeded } from './seeded.ts'

/** Of all that XState tells, the events that move a peer's handshake. */
const handshakes = (event: InspectionEvent): void => {
  if (event.type !== '@xstate.snapshot' || !('value' in event.snapshot)) return
  const { handshake } = event.snapshot.value as { handshake?: unknown }
  if (handshake === undefined || handshake === seen.get(event.actorRef)) return
  seen.set(event.actorRef, handshake)
  console.log(event.actorRef.sessionId, 'is', handshake, 'by', event.event.type)
}
const seen = new WeakMap<object, unknown>()

const { metainfo, address, stop } = await seeded()
const torrent = createTorrent({ metainfo, store: openMemoryStore(metainfo), peers: [address], inspect: handshakes })
torrent.start()
const { downloaded } = await torrent.done
await torrent.stop()
await stop()
console.log('complete', downloaded, 'bytes, each handshake seen')
