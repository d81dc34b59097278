import type { SuperSeedingEnd } from '../../machines/torrent/vocabulary/emitted.ts'
import type { CliEvent, PeerEvent, StalledReason } from './events.ts'
import { formatBytes, formatRate, printable } from './format.ts'

function describePeer(peer: PeerEvent): string {
  const who = `peer ${peer.address}`
  if (peer.state === 'connecting') return `${who} ${peer.direction === 'out' ? 'dialled' : 'accepted'}`
  if (peer.state === 'closed') return `${who} closed: ${peer.reason}`
  return `${who} open: ${peer.client}, ${peer.encrypted ? 'encrypted' : 'plaintext'}`
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

function describeSuperSeeding(active: boolean, because: SuperSeedingEnd | undefined): string {
  if (active) return 'super-seeding: each piece is offered to one peer at first'
  if (because === 'seeder') return 'super-seeding has ended: another seeder is there'
  if (because === 'stuck') return 'super-seeding has ended: the peers pass nothing on'
  return 'super-seeding has ended'
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

/** What a connection said may be long: `--json` has all of it. */
const shortened = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 200)}…`)

function describeEvent(event: CliEvent): string | readonly string[] | undefined {
  switch (event.event) {
    case 'inspector':
      return `inspector: ${event.url}${event.until === undefined ? '' : ' until Ctrl-C'}`
    case 'listening':
      return `listening on ${event.host} port ${event.port} (${event.transport})`
    case 'metadata':
      return `it is ${event.name}, ${formatBytes(event.bytes)} in ${event.pieces} pieces`
    case 'verified':
      return `verified ${event.pieces} of ${event.total} pieces`
    case 'rechecked':
      return `checked again: ${event.pieces} of ${event.total} pieces`
    case 'peer':
      return describePeer(event)
    case 'progress':
      return (
        `${Math.floor((100 * event.pieces) / Math.max(1, event.total))}%, ${event.pieces} of ${event.total} pieces, ` +
        `down ${formatRate(event.rateDown)}, up ${formatRate(event.rateUp)}, peers ${event.peers}`
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
      return `done: ${formatBytes(event.bytes)} in ${event.seconds} s${event.path === '' ? '' : `, in ${event.path}`}`
    case 'created':
      return (
        `created ${event.path}: ${formatBytes(event.bytes)} in ${event.pieces} pieces of ` +
        `${formatBytes(event.pieceLength)}, info hash ${event.infoHash}`
      )
    case 'connection':
      return describeConnection(event)
    case 'diverged':
      return (
        `connection ${event.connection} diverges at its event ${event.number}, ${event.type}: ` +
        `recorded is ${shortened(event.recorded)}, now it is ${shortened(event.now)}`
      )
    case 'replayed':
      return `replayed ${event.events} events of ${event.connections} connections, digest ${event.digest}`
    case 'warning':
      return `warning: ${event.message}`
    case 'summary':
    case 'error':
      return undefined
  }
}

/** An event as one line for people, or several; undefined where people see it elsewhere: the table, standard error. */
export function describe(event: CliEvent): string | undefined {
  const described = describeEvent(event)
  if (described === undefined) return undefined
  const lines = typeof described === 'string' ? [described] : described
  const who = event.participant === undefined ? '' : `${event.participant}: `
  return lines.map((line) => printable(`${who}${line}`)).join('\n')
}
