import { encodeDonthave } from '../../../transport/wire/extended/lt-donthave.ts'
import { isEnding, viewOf } from '../../peer/peer-view.ts'
import { extensionId } from '../../peer/talk/greeting.ts'
import type { TorrentCommand } from '../../peer/vocabulary/events.ts'
import { tellInterest } from '../download/interest.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order, tellChart } from '../vocabulary/commands.ts'
import type { ConnectionsCore } from './slice.ts'

/** Haves that cost as much as one message to a peer of its own: they are one write, as far as the socket has room. */
const havesOfMessage = 1_000

/** Tells as many as belong to a batch; the rest waits for `timer.telling`. */
export function tellBatch(core: ConnectionsCore): Command[] {
  const { swarm, telling } = core
  const commands: Command[] = []
  for (const peer of telling.behind) {
    const record = swarm.peers.get(peer)
    if (record && !tellOne(commands, core, record)) break
    telling.behind.delete(peer)
  }
  telling.pieces.tidy(swarm.peers.values(), hearsOfPieces)
  if (telling.pace.rest()) commands.push(tellChart(core, { type: 'pace.telling' }))
  return commands
}

/** How the torrent divides, and what we have of it; nothing if the peer knows, or we do not, or its actor has yet to report. */
export function teach({ have, isChecked, layout, telling }: ConnectionsCore, record: PeerRecord): Command[] {
  if (record.isTaught || !isChecked || !record.ref) return []
  record.isTaught = true
  record.toldPieces = telling.pieces.length
  return order(record, { type: 'torrent.learn', layout, have })
}

/** Our extended handshake, if it has changed since the peer was told; nothing before its actor has reported. */
export function greetAnew({ greeting, telling }: ConnectionsCore, record: PeerRecord): Command[] {
  if (record.toldGreetings === telling.greetings || !record.ref) return []
  record.toldGreetings = telling.greetings
  return order(record, { type: 'torrent.greet', greeting })
}

/** Others are told what we have when their handshake is done, or we know it. */
const hearsOfPieces = (record: PeerRecord): boolean => record.holdsPlace && record.isTaught && !isEnding(record)

/** Of a peer that does not listen to it, a request for a piece that is lost is refused. */
const takesDonthave = (record: PeerRecord): boolean =>
  extensionId(viewOf(record)?.context.remoteGreeting, 'lt_donthave') !== undefined

const donthave = (index: number): TorrentCommand => ({
  type: 'torrent.extended',
  name: 'lt_donthave',
  payload: encodeDonthave(index),
})

/** False when the batch was spent before the peer has been told everything. */
function tellOne(commands: Command[], core: ConnectionsCore, record: PeerRecord): boolean {
  const { have } = core
  const { greetings, pace, pieces } = core.telling
  if (!record.isTaught) {
    if (pace.isSpent) return false
    pace.spend(1 + Math.floor(have.count / havesOfMessage))
    commands.push(...teach(core, record))
  }
  if (record.toldGreetings < greetings) {
    if (pace.isSpent) return false
    pace.spend()
    commands.push(...greetAnew(core, record))
  }
  if (!record.isMember) return true
  const hearsOfLosses = takesDonthave(record)
  for (let news = pieces.at(record.toldPieces); news !== undefined; news = pieces.at(record.toldPieces)) {
    if (pace.isSpent) return false
    record.toldPieces++
    if (news < 0 && !hearsOfLosses) continue
    pace.spend()
    commands.push(...order(record, news < 0 ? donthave(~news) : { type: 'torrent.have', index: news }))
  }
  commands.push(...tellInterest(record))
  return true
}
