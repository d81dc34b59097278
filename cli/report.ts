import { formatAddress } from '../index.ts'
import type { TorrentHandle } from './api.ts'
import { peerEvent } from './output/events.ts'
import type { Output } from './output/output.ts'

/** A torrent's reports, under way. */
export interface Report {
  /** Emits `progress` if anything changed since the last time. */
  progress(): void
  /** Ends the reports. */
  stop(): void
}

/** Passes on what a torrent emits; `participant` marks every event where there are several torrents. */
export function report(torrent: TorrentHandle, output: Output, participant?: string): Report {
  const who = participant === undefined ? {} : { participant }
  let last = ''
  const subscriptions = [
    torrent.on('listening', ({ transport, address }) => {
      output.event({ event: 'listening', transport, host: address.host, port: address.port, ...who })
    }),
    torrent.on('metadata', ({ name, pieces, bytes }) => {
      output.event({ event: 'metadata', name, pieces, bytes, ...who })
    }),
    torrent.on('verified', ({ pieces, total }) => output.event({ event: 'verified', pieces, total, ...who })),
    torrent.on('peer', ({ peer }) => output.event({ ...peerEvent(peer), ...who })),
    torrent.on('corrupt', ({ index, addresses }) => {
      output.event({ event: 'corrupt', piece: index, addresses: addresses.map(formatAddress), ...who })
    }),
    torrent.on('super_seeding', ({ active, because }) => {
      output.event({ event: 'super_seeding', active, ...(because && { because }), ...who })
    }),
    torrent.on('banned', ({ address, reputation, reason }) => {
      output.event({ event: 'banned', address: formatAddress(address), reputation, reason, ...who })
    }),
  ]
  return {
    progress() {
      const { pieces, total, downloaded, uploaded, rateDown, rateUp, peers } = torrent.progress
      const standing = {
        pieces,
        total,
        downloaded,
        uploaded,
        rateDown: Math.round(rateDown),
        rateUp: Math.round(rateUp),
        peers,
      }
      const text = JSON.stringify(standing)
      if (text === last) return
      last = text
      output.event({ event: 'progress', ...standing, ...who })
    },
    stop() {
      for (const subscription of subscriptions) subscription.unsubscribe()
    },
  }
}
