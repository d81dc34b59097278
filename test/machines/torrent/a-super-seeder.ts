import { PieceSet } from '../../../machines/piece-set.ts'
import type { TorrentInput } from '../../../machines/torrent/core/input.ts'
import type { TorrentEmitted } from '../../../machines/torrent/vocabulary/emitted.ts'
import { aTorrent, layout, type meet, sent } from './a-torrent.ts'

/** A torrent, of four pieces if not said, that has everything and super-seeds (BEP 16), and what it emitted of that. */
export function superSeeder(input: Partial<TorrentInput> = {}) {
  const torrent = aTorrent({ superSeed: true, ...input })
  const told: Extract<TorrentEmitted, { type: 'super_seeding' }>[] = []
  torrent.actor.on('super_seeding', (event) => told.push(event))
  torrent.actor.send({ type: 'torrent.start' })
  torrent.hear({ type: 'storage.checked', have: PieceSet.all((input.layout ?? layout).pieceCount) })
  return { ...torrent, told }
}

/** A second, or more, has passed. */
export function pass(torrent: ReturnType<typeof superSeeder>, ms = 1_000): void {
  torrent.clock.advance(ms)
  torrent.hear({ type: 'timer.tick', at: torrent.clock.now() })
}

/** The pieces that a peer was told of one by one, in order. */
export const shown = ({ told }: ReturnType<typeof meet>): number[] =>
  sent(told, 'send.have').flatMap((command) => (command.type === 'send.have' ? command.index : []))
