import type { PeerNews } from '../machines/peer/vocabulary/events.ts'
import type { SessionEmitted } from '../machines/session/events.ts'
import type { TorrentEmitted } from '../machines/torrent/vocabulary/emitted.ts'

/** Names, each once. */
type Names<Name extends string> = Readonly<Record<Name, true>>

const torrentNames: Names<TorrentEmitted['type']> = {
  state: true,
  listening: true,
  metadata: true,
  verified: true,
  peer: true,
  progress: true,
  piece: true,
  tracker: true,
  web_seed: true,
  dht: true,
  corrupt: true,
  reputation: true,
  banned: true,
  crashed: true,
  choke_round: true,
  choker_crashed: true,
  resume_failed: true,
  warning: true,
  rechecked: true,
  selected: true,
  moved: true,
  move_failed: true,
  super_seeding: true,
  done: true,
  failed: true,
}

const sessionNames: Names<SessionEmitted['type']> = {
  listening: true,
  dropped: true,
  crashed: true,
  warning: true,
  failed: true,
}

const peerNames: Names<PeerNews['type']> = {
  'peer.started': true,
  'peer.identified': true,
  'peer.handshaken': true,
  'peer.opened': true,
  'peer.pieces': true,
  'peer.have': true,
  'peer.dont_have': true,
  'peer.allowed_fast': true,
  'peer.suggested': true,
  'peer.upload_only': true,
  'peer.choked': true,
  'peer.unchoked': true,
  'peer.interested': true,
  'peer.not_interested': true,
  'peer.blocks': true,
  'peer.released': true,
  'peer.late': true,
  'peer.requests': true,
  'peer.extended_handshake': true,
  'peer.extended': true,
  'peer.port': true,
  'peer.reputation': true,
  'peer.closing': true,
  'peer.closed': true,
}

const emitters = { torrent: torrentNames, session: sessionNames, peer: peerNames }

/** What each kind of actor emits. */
export const emittedBy = (what: keyof typeof emitters): readonly string[] => Object.keys(emitters[what])

/** Throws a RangeError for an event that is never emitted, and a TypeError for what is no listener. */
export function requireListener(what: keyof typeof emitters, type: string, listener: unknown): void {
  if (!Object.hasOwn(emitters[what], type)) throw new RangeError(`a ${what} emits nothing of the name '${type}'`)
  if (typeof listener !== 'function') throw new TypeError(`the listener for '${type}' is a function`)
}
