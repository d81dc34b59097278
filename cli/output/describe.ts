import type { CliEvent, PeerEvent } from './events.ts'
import { formatBytes, formatRate, printable } from './format.ts'

function describePeer(peer: PeerEvent): string {
  const who = `peer ${peer.address}`
  if (peer.state === 'connecting') return `${who} ${peer.direction === 'out' ? 'dialled' : 'accepted'}`
  if (peer.state === 'closed') return `${who} closed: ${peer.reason}`
  return `${who} open: ${peer.client}, ${peer.encrypted ? 'encrypted' : 'plaintext'}`
}

function describeEvent(event: CliEvent): string | undefined {
  switch (event.event) {
    case 'listening':
      return `listening on ${event.host} port ${event.port} (${event.transport})`
    case 'metadata':
      return `it is ${event.name}, ${formatBytes(event.bytes)} in ${event.pieces} pieces`
    case 'verified':
      return `verified ${event.pieces} of ${event.total} pieces`
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
      return `banned ${event.address}, reputation ${event.reputation}`
    case 'done':
      return `done: ${formatBytes(event.bytes)} in ${event.seconds} s${event.path === '' ? '' : `, in ${event.path}`}`
    case 'created':
      return (
        `created ${event.path}: ${formatBytes(event.bytes)} in ${event.pieces} pieces of ` +
        `${formatBytes(event.pieceLength)}, info hash ${event.infoHash}`
      )
    case 'summary':
    case 'error':
      return undefined
  }
}

/** An event as one line for people; undefined where people see it elsewhere: the table, standard error. */
export function describe(event: CliEvent): string | undefined {
  const line = describeEvent(event)
  if (line === undefined) return undefined
  return printable(event.participant === undefined ? line : `${event.participant}: ${line}`)
}
