import type { ChokeRecord } from '../../machines/torrent/choking/algorithm/choke-algorithm.ts'
import { formatAddress } from '../../transport/address.ts'
import type { RoundRow } from '../protocol/protocol.ts'

/** Choke rounds of each torrent that are remembered. */
const roundsMax = 12

/** What is known of the choke rounds of all torrents. */
export class Rounds {
  #rounds: RoundRow[] = []
  #fresh: RoundRow[] = []
  #seq = 0

  /** A round of a torrent. `actorOf`: the actor of a peer by its number there, 0 for one that is not known. */
  note(torrent: number, at: number, record: ChokeRecord, actorOf: (peer: number) => number): void {
    const { mode, occasion, peers, round, slots } = record
    const row: RoundRow = {
      torrent,
      seq: ++this.#seq,
      at,
      round,
      occasion,
      mode,
      slots,
      peers: peers.map(({ address, peer, reason, score, slot }) => ({
        id: actorOf(peer),
        address: formatAddress(address),
        slot,
        score: Number.isFinite(score) ? score : null,
        why: reason,
      })),
    }
    this.#rounds.push(row)
    this.#fresh.push(row)
    const ofTorrent = this.#rounds.filter((one) => one.torrent === torrent)
    if (ofTorrent.length > roundsMax) this.#rounds.splice(this.#rounds.indexOf(ofTorrent[0] as RoundRow), 1)
  }

  /** Those of a torrent that is not known any more. */
  forget(torrent: number): void {
    this.#rounds = this.#rounds.filter((row) => row.torrent !== torrent)
  }

  /** All that are remembered. */
  get all(): readonly RoundRow[] {
    return this.#rounds
  }

  /** Those since the last call. */
  takeFresh(): readonly RoundRow[] {
    const fresh = this.#fresh.slice(-roundsMax)
    this.#fresh = []
    return fresh
  }
}
