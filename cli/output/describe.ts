import { formatAttempts } from '../../index.ts'
import type { SuperSeedingEnd } from '../../machines/torrent/vocabulary/emitted.ts'
import { describeInfo } from './describe-info.ts'
import type { CliEvent, DhtEvent, PeerEvent, StalledReason, TrackerEvent, WebSeedEvent } from './events.ts'
import { counted, formatBytes, formatRate, printable } from './format.ts'

function describePeer(peer: PeerEvent): string {
  const who = `peer ${peer.address}`
  if (peer.state === 'connecting') return `${who} ${peer.direction === 'out' ? 'dialled' : 'accepted'}`
  const failed = peer.attempts ? ` (${formatAttempts(peer.attempts)})` : ''
  if (peer.state === 'closed') return `${who} closed: ${peer.reason}${failed}`
  if (peer.transport === 'web') return `${who} open: ${peer.client}`
  return `${who} open by ${peer.transport}${failed}: ${peer.client}, ${peer.encrypted ? 'encrypted' : 'plaintext'}`
}

/** That it is being asked is no news for people; `--json` has it. */
function describeTracker(event: TrackerEvent): string | undefined {
  // The path may hold a key of its user's: lines are pasted.
  const { host, protocol } = new URL(event.url)
  const who = `tracker ${protocol}//${host}`
  if (event.state === 'announcing') return undefined
  if (event.state === 'failed') return `${who} ${event.fault === 'refused' ? 'refuses' : 'failed'}: ${event.message}`
  const { peers = 0, seeders, leechers, warning } = event
  const counts = [
    ...(seeders === undefined ? [] : [counted(seeders, 'seeder')]),
    ...(leechers === undefined ? [] : [counted(leechers, 'leecher')]),
  ]
  const swarm = counts.length === 0 ? '' : ` of ${counts.join(', ')}`
  return `${who} named ${counted(peers, 'peer')}${swarm}${warning === undefined ? '' : `; it says: ${warning}`}`
}

/** That it is being searched for is no news for people; `--json` has it. */
function describeDht({ host, message, nodes = 0, peers = 0, port, state }: DhtEvent): string | undefined {
  if (state === 'listening') return `DHT on ${host} port ${port} (udp)`
  if (state === 'failed') return `DHT failed: ${message}`
  return state === 'ok' ? `DHT: ${counted(nodes, 'node')} named ${counted(peers, 'peer')}` : undefined
}

/** Connections to web seeds are told as those to peers: here it is told what came of them. */
function describeWebSeed({ message, state, url }: WebSeedEvent): string | undefined {
  const { host, protocol } = new URL(url)
  const who = `web seed ${protocol}//${host}`
  switch (state) {
    case 'serving':
      return `${who} gives parts of files`
    case 'backing_off':
      return `${who} failed: ${message}`
    case 'given_up':
      return `${who} is of no use: ${message}`
    case 'banned':
      return `${who} is banned`
    case 'idle':
    case 'connecting':
      return undefined
  }
}

/** Reasons that people are shown at once: of many peers most have the same. */
const reasonsMax = 10

function describeStall(reasons: readonly StalledReason[]): readonly string[] {
  const shown = reasons.slice(0, reasonsMax).map(({ peer, seconds, text }) => {
    return `stalled: ${peer === undefined ? '' : `${peer}: `}${text}, for ${seconds} s`
  })
  const hidden = reasons.length - shown.length
  return hidden > 0 ? [...shown, `stalled: ${hidden} more reasons`] : shown
}

/** What only a link says of it may be wrong. */
function describeName({ bytes, name, pieces = 0 }: Extract<CliEvent, { event: 'named' | 'metadata' }>): string {
  return bytes === undefined
    ? `its link calls it ${name}`
    : `it is ${name}, ${formatBytes(bytes)} in ${counted(pieces, 'piece')}`
}

function describeSuperSeeding(active: boolean, because: SuperSeedingEnd | undefined): string {
  if (active) return 'super-seeding: each piece is offered to one peer at first'
  if (because === 'seeder') return 'super-seeding has ended: another seeder is there'
  if (because === 'stuck') return 'super-seeding has ended: the peers pass nothing on'
  return 'super-seeding has ended'
}

function describeDone({ bytes, seconds, kept = 0, path }: Extract<CliEvent, { event: 'done' }>): string {
  const where = path === '' ? '' : `, in ${path}`
  if (kept === 0) return `done: ${formatBytes(bytes)} in ${seconds} s${where}`
  if (kept >= bytes) return `done: all ${formatBytes(bytes)} were there${where}`
  return `done: ${formatBytes(bytes - kept)} in ${seconds} s, ${formatBytes(kept)} of ${formatBytes(bytes)} were there${where}`
}

function describeCreated(event: Extract<CliEvent, { event: 'created' }>): readonly string[] {
  const { path, bytes, pieces, pieceLength, infoHash, magnet } = event
  const size = `${formatBytes(bytes)} in ${counted(pieces, 'piece')} of ${formatBytes(pieceLength)}`
  return [`created ${path}: ${size}, info hash ${infoHash}`, ...(magnet === undefined ? [] : [magnet])]
}

const incompleteness = {
  beginning_lost: 'its beginning is not in the record',
  steps_missing: 'the rest is not in the record',
  diverged: 'the rest was not replayed, as it diverges',
  crashed: 'its code threw',
} as const

function describeConnection(event: Extract<CliEvent, { event: 'connection' }>): string {
  const { connection, address, direction, events, state, reason, incomplete } = event
  const end = reason === undefined ? state : `${state}: ${reason}`
  const rest = incomplete === undefined ? '' : `; ${incompleteness[incomplete]}`
  return `connection ${connection} ${direction} ${address} ${end} after ${events} events${rest}`
}

/** Of one that did not fail the table at the end says enough. */
function describeCheck({ name, bep, verdict, detail, rule, transcript = [] }: Extract<CliEvent, { event: 'check' }>) {
  if (verdict !== 'fail') return undefined
  const source = typeof bep === 'number' ? `BEP ${bep}` : bep
  return [`${name} fails: ${detail}`, `${source}: ${rule}`, ...transcript]
}

/** What a connection said may be long: `--json` has all of it. */
const shortened = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 200)}…`)

function describeEvent(event: CliEvent): string | readonly string[] | undefined {
  switch (event.event) {
    case 'inspector':
      return `inspector: ${event.url}${event.until === undefined ? '' : ' until Ctrl-C'}`
    case 'listening':
      return `listening on ${event.host} port ${event.port} (${event.transport})`
    case 'named':
    case 'metadata':
      return describeName(event)
    case 'file':
      return `${event.index}  ${formatBytes(event.bytes)}  ${event.path}${event.wanted ? '' : '  (skipped)'}`
    case 'selected':
      return `${event.files} of ${event.of} files are wanted, ${formatBytes(event.bytes)}`
    case 'verified':
      return `verified ${event.pieces} of ${event.total} pieces`
    case 'rechecked':
      return `checked again: ${event.pieces} of ${event.total} pieces`
    case 'peer':
      return describePeer(event)
    case 'dht':
      return describeDht(event)
    case 'tracker':
      return describeTracker(event)
    case 'web_seed':
      return describeWebSeed(event)
    case 'progress':
      return (
        `${Math.floor((100 * event.pieces) / Math.max(1, event.total))}%, ${event.pieces} of ${event.total} pieces, ` +
        `down ${formatRate(event.rateDown)}, up ${formatRate(event.rateUp)}, peers ${event.peers}` +
        (event.webSeeds ? `, web seeds ${event.webSeeds}` : '')
      )
    case 'corrupt':
      return `piece ${event.piece} is corrupt, its blocks came from ${event.addresses.join(', ')}`
    case 'banned':
      return `banned ${event.address}, reputation ${event.reputation}: ${event.reason}`
    case 'super_seeding':
      return describeSuperSeeding(event.active, event.because)
    case 'stalled':
      return describeStall(event.reasons)
    case 'done':
      return describeDone(event)
    case 'created':
      return describeCreated(event)
    case 'info':
      return describeInfo(event)
    case 'resume':
      return [event.infoHash, event.saved, formatBytes(event.bytes), event.path, event.name]
        .filter((part) => part !== undefined)
        .join('  ')
    case 'cleared':
      return `cleared the resume data of ${counted(event.torrents, 'torrent')}`
    case 'hashed':
      return `hashed ${formatBytes(event.bytes)} of ${formatBytes(event.total)}`
    case 'connection':
      return describeConnection(event)
    case 'diverged':
      return (
        `connection ${event.connection} diverges at its event ${event.number}, ${event.type}: ` +
        `recorded is ${shortened(event.recorded)}, now it is ${shortened(event.now)}`
      )
    case 'replayed':
      return `replayed ${event.events} events of ${event.connections} connections, digest ${event.digest}`
    case 'simulating':
      return (
        `${Math.round(event.seconds)} s: ${event.completed} of ${event.downloaders} complete, ` +
        `${Math.floor(100 * event.part)}% there, ${describePresent(event)}`
      )
    case 'expectation':
      return `${describeVerdict(event)}: ${event.claim} (${event.source})`
    case 'simulated':
      return `simulated ${event.peers} members with seed ${event.seed}, digest ${event.digest}`
    case 'check':
      return describeCheck(event)
    case 'conformance':
      return `${event.passed} passed, ${event.failed} failed, ${event.notSupported} not supported`
    case 'warning':
      return `warning: ${event.message}`
    case 'summary':
    case 'error':
      return undefined
  }
}

function describeVerdict({ holds, tested }: Extract<CliEvent, { readonly event: 'expectation' }>): string {
  if (!tested) return 'not put to the test'
  return holds ? 'as expected' : 'not as expected'
}

/** Which members of a simulated swarm are there. After its end the clock goes on for a while, so that what is left of them is seen. */
function describePresent({ over, present }: Extract<CliEvent, { readonly event: 'simulating' }>): string {
  const members = counted(present, 'member')
  if (!over) return present === 0 ? 'no member is there' : `${members} there`
  return present === 0
    ? 'over: all have left, and what they left behind is looked for'
    : `over: ${members} yet to leave`
}

/** An event as one line for people, or several; undefined where people see it elsewhere: the table, standard error. */
export function describe(event: CliEvent): string | undefined {
  const described = describeEvent(event)
  if (described === undefined) return undefined
  const lines = typeof described === 'string' ? [described] : described
  return lines.map((line) => marked(event, line)).join('\n')
}

/** What is said in place of the progress of a torrent whose data is still being checked. */
export function describeChecking(event: Extract<CliEvent, { event: 'progress' }>): string {
  return marked(event, `checking what is there of ${counted(event.total, 'piece')}`)
}

/** What is said in place of the progress of a magnet link whose metadata has not come. */
export function describeAwaiting(event: Extract<CliEvent, { event: 'progress' }>): string {
  return marked(event, `awaiting the metadata, peers ${event.peers}`)
}

/** What people are told of an info hash in hex: enough to tell torrents apart. */
export const shortHash = (infoHash: string): string => infoHash.slice(0, 8)

/** A line with whose it is, where there are several. */
function marked({ participant, torrent }: CliEvent, line: string): string {
  const whose = participant ?? (torrent && shortHash(torrent))
  return printable(whose === undefined ? line : `${whose}: ${line}`)
}
