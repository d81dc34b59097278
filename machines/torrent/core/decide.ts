import {
  addTracker,
  askTrackers,
  meetTracker,
  noteAnswered,
  noteAsked,
  noteFailed,
  noteLeft,
  takePeers,
} from '../announcing/announcing.ts'
import { giveFreeSlots, setSlots } from '../choking/free-slots.ts'
import { forgetOffers, revealNext, wishSuperSeed } from '../choking/super-seeding-mode.ts'
import { addContacts } from '../connections/contacts.ts'
import { dial } from '../connections/dialling.ts'
import { noteListening, noteListeningNowhere, regreet } from '../connections/greetings.ts'
import { closeAll, closePeer } from '../connections/leaving.ts'
import {
  noteAllowedFast,
  noteChoked,
  noteLate,
  noteReleased,
  noteSuggested,
  noteUnchoked,
  takeDelivery,
} from '../download/deliveries.ts'
import { noteResumeFailed, noteSaved, save } from '../resume/saving.ts'
import {
  addExtension,
  endCrashed,
  endFaulty,
  forgetActor,
  introducePeers,
  noteGreeting,
  passMessage,
  removeExtension,
  sendMessage,
} from '../running-extensions/running.ts'
import {
  askDht,
  meetDht,
  meetNode,
  noteNoSearch,
  noteSearch,
  noteSearched,
  takeFound,
  takeNode,
} from '../searching/searching.ts'
import { banByWish, noteReputation, punishLiars } from '../trust/reputation.ts'
import { showOutBanned } from '../trust/verdicts.ts'
import { passBlocks, refuseUnread, serve } from '../upload/serving.ts'
import { type Command, tellChart } from '../vocabulary/commands.ts'
import type { CoreEvent } from '../vocabulary/news.ts'
import {
  addWebSeed,
  askWebSeeds,
  meetWebSeed,
  noteServing,
  noteWebSeedFailed,
  welcomeWebSeed,
} from '../web-seeds/web-seeds.ts'
import { accept, admit, adopt, bury, forget, letGo, meet, takePeer, welcome } from './coming-and-going.ts'
import type { Core } from './core.ts'
import {
  check,
  giveUpCheck,
  noteChecked,
  noteCorrupt,
  noteLoss,
  noteRechecked,
  noteVerified,
  noteWarning,
  recheckAll,
} from './disk.ts'
import { answerCall } from './holepunching.ts'
import { learnMetadata } from './metadata.ts'
import { endMove, move, noteMoved, noteUnmoved } from './moving.ts'
import { noteLost, notePiece, notePieces, noteUploadOnly } from './pieces-of-peers.ts'
import { read, setSequential, unread } from './reading.ts'
import { noteSelected, select } from './selecting.ts'
import { beginSuperSeeding, endSuperSeeding } from './super-seeding.ts'
import { closeOn, dialOn, rest, run, tellOn, tick } from './time.ts'
import { chokeAnew, takeInterest } from './unchoking.ts'

type EventOf<Type extends CoreEvent['type']> = { [One in Type]: Extract<CoreEvent, { type: One }> }[Type]

type Decisions = { readonly [Type in CoreEvent['type']]: (core: Core, event: EventOf<Type>) => Command[] }

/** For news that count while the torrent runs, and otherwise come too late. */
const whileRunning =
  <Event>(decide: (core: Core, event: Event) => Command[]) =>
  (core: Core, event: Event): Command[] =>
    core.isRunning ? decide(core, event) : []

/** What follows from each event: the one table of the data plane. */
const decisions: Decisions = {
  // the chart
  'core.begin': (core, { storage }) => {
    core.storage = storage
    return core.extensions.map(({ extension }) => tellChart(core, { type: 'extension.run', extension }))
  },
  'core.storage': (core, { storage }) => {
    core.storage = storage
    return []
  },
  'core.run': run,
  'core.rest': rest,
  'core.close_peers': closeAll,
  'core.check': check,
  'core.end_check': giveUpCheck,
  'core.recheck': recheckAll,
  'core.move': move,
  'core.end_move': endMove,
  'core.save': save,
  'torrent.add_peer': (core, { address }) => {
    core.addresses.add(address)
    return core.isRunning ? dial(core) : []
  },
  'torrent.close_peer': closePeer,
  'torrent.ban': banByWish,
  'torrent.select': select,
  'torrent.read': read,
  'torrent.unread': unread,
  'torrent.sequential': setSequential,
  'torrent.add_tracker': addTracker,
  'torrent.add_web_seed': addWebSeed,
  'torrent.take_peer': takePeer,
  'torrent.set_slots': setSlots,
  'torrent.super_seed': wishSuperSeed,
  'torrent.add_extension': addExtension,
  'torrent.remove_extension': removeExtension,
  'super_seeding.begin': beginSuperSeeding,
  'super_seeding.end': endSuperSeeding,
  'super_seeding.reveal': (core) => [...regreet(core), ...revealNext(core)],
  'super_seeding.forget': forgetOffers,

  // time
  'timer.tick': whileRunning(tick),
  'timer.woke': whileRunning((core) => {
    // What led nowhere before we slept says nothing of now.
    core.addresses.retryAll()
    return []
  }),
  'timer.choke_round': whileRunning(chokeAnew),
  'timer.dialing': whileRunning(dialOn),
  'timer.telling': whileRunning(tellOn),
  'timer.closing': closeOn,

  // connections
  'listener.listening': (core, { address }) => {
    noteListening(core, address)
    return core.isRunning ? [...regreet(core), ...askTrackers(core), ...askDht(core)] : []
  },
  'torrent.listen_nowhere': (core) => {
    noteListeningNowhere(core)
    return core.isRunning ? [...askTrackers(core), ...askDht(core)] : []
  },
  'listener.accepted': accept,
  'peer.started': meet,
  'peer.identified': whileRunning(adopt),
  'peer.handshaken': whileRunning(admit),
  'peer.opened': whileRunning(welcome),
  'peer.closing': (core, event) => [...letGo(core, event), ...giveFreeSlots(core)],
  'peer.closed': (core, event) => [...letGo(core, event), ...forget(core, event), ...giveFreeSlots(core)],
  'group.crashed': (core, event) => [...bury(core, event), ...giveFreeSlots(core)],

  // download
  'peer.pieces': whileRunning(notePieces),
  'peer.have': whileRunning(notePiece),
  'peer.dont_have': whileRunning(noteLost),
  'peer.upload_only': whileRunning(noteUploadOnly),
  'peer.unchoked': whileRunning(noteUnchoked),
  'peer.choked': whileRunning(noteChoked),
  'peer.allowed_fast': whileRunning(noteAllowedFast),
  'peer.suggested': whileRunning(noteSuggested),
  'peer.blocks': whileRunning(takeDelivery),
  'peer.released': whileRunning(noteReleased),
  'peer.late': whileRunning(noteLate),

  // upload
  'peer.interested': whileRunning(takeInterest),
  // The next choke round sees it.
  'peer.not_interested': () => [],
  'peer.requests': whileRunning(serve),
  'storage.blocks': whileRunning(passBlocks),
  'storage.unread': whileRunning(refuseUnread),

  // trust
  'peer.reputation': noteReputation,
  'blacklist.added': showOutBanned,

  // the disk
  'storage.checked': noteChecked,
  'storage.selected': noteSelected,
  'storage.verified': noteVerified,
  'storage.corrupt': noteCorrupt,
  'storage.lost': noteLoss,
  'storage.rechecked': noteRechecked,
  'storage.moved': noteMoved,
  'storage.unmoved': noteUnmoved,
  'storage.failed': (core, event) => [tellChart(core, event)],
  'storage.saved': noteSaved,
  'storage.resume_failed': noteResumeFailed,
  'storage.warning': noteWarning,

  // trackers
  'tracker.started': meetTracker,
  'tracker.asked': noteAsked,
  'tracker.found': whileRunning((core, { peers }) => takePeers(core, peers)),
  'tracker.answered': noteAnswered,
  'tracker.failed': noteFailed,
  'tracker.due': askTrackers,
  'tracker.left': noteLeft,

  // web seeds
  'web_seed.started': meetWebSeed,
  'web_seed.made': welcomeWebSeed,
  'web_seed.served': noteServing,
  'web_seed.failed': noteWebSeedFailed,
  'web_seed.banned': noteWebSeedFailed,
  'web_seed.due': askWebSeeds,
  // the DHT
  'dht.started': meetDht,
  'dht.opened': meetNode,
  'peer.port': whileRunning(takeNode),
  'dht.asked': noteSearched,
  'dht.found': whileRunning(takeFound),
  'dht.answered': noteSearch,
  'dht.failed': noteNoSearch,
  'dht.due': askDht,

  // extensions
  'extension.started': introducePeers,
  'extension.ended': forgetActor,
  'peer.extended_handshake': whileRunning(noteGreeting),
  'peer.extended': whileRunning(passMessage),
  'extension.send': sendMessage,
  'extension.fault': endFaulty,
  'extension.crashed': endCrashed,
  'pex.contacts': addContacts,
  'holepunch.connect': whileRunning(answerCall),
  'metadata.ready': learnMetadata,
  'metadata.corrupt': punishLiars,
  'metadata.failed': (core, event) => [tellChart(core, event)],
}

/**
 * What follows from one event: the core is changed in place, and what is to be done is answered, in order. Nothing follows from XState's
 * own events.
 */
export function decide<Type extends CoreEvent['type']>(core: Core, event: EventOf<Type>): readonly Command[] {
  return Object.hasOwn(decisions, event.type) ? decisions[event.type](core, event) : []
}
