import { formatAddress } from '../../index.ts'
import type { TorrentHandle } from '../context/api.ts'
import { peerEvent } from '../output/events.ts'
import type { Output } from '../output/output.ts'
import { explainError } from '../process/system-error.ts'

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
  const warn = (message: string) => output.event({ event: 'warning', message, ...who })
  let last = ''
  let lastFailure = ''
  const subscriptions = [
    torrent.on('listening', ({ transport, address }) => {
      output.event({ event: 'listening', transport, host: address.host, port: address.port, ...who })
    }),
    torrent.on('metadata', ({ name, pieces, bytes }) => {
      output.event({ event: 'metadata', name, pieces, bytes, ...who })
    }),
    torrent.on('verified', ({ pieces, total }) => output.event({ event: 'verified', pieces, total, ...who })),
    torrent.on('rechecked', ({ pieces, total }) => output.event({ event: 'rechecked', pieces, total, ...who })),
    torrent.on('peer', ({ peer }) => output.event({ ...peerEvent(peer), ...who })),
    torrent.on('tracker', ({ type, ...told }) => output.event({ event: type, ...told, ...who })),
    torrent.on('web_seed', ({ type, retryAt: _, ...told }) => output.event({ event: type, ...told, ...who })),
    torrent.on('dht', ({ type, ...told }) => output.event({ event: type, ...told, ...who })),
    torrent.on('corrupt', ({ index, addresses }) => {
      output.event({ event: 'corrupt', piece: index, addresses: addresses.map(formatAddress), ...who })
    }),
    torrent.on('super_seeding', ({ active, because }) => {
      output.event({ event: 'super_seeding', active, ...(because && { because }), ...who })
    }),
    torrent.on('resume_failed', ({ error }) => {
      // A disk that is full fails again with each save.
      const message = explainError(error)
      if (message !== lastFailure) warn(message)
      lastFailure = message
    }),
    torrent.on('warning', ({ message }) => warn(message)),
    torrent.on('crashed', ({ address, error }) => {
      warn(`the connection to ${formatAddress(address)} ended by a defect: ${explainError(error)}`)
    }),
    torrent.on('banned', ({ address, reputation, reason }) => {
      output.event({ event: 'banned', address: formatAddress(address), reputation, reason, ...who })
    }),
  ]
  return {
    progress() {
      const { pieces, total, downloaded, downloadedFromWebSeeds, uploaded, rateDown, rateUp, peers, webSeeds } =
        torrent.progress
      const standing = {
        pieces,
        total,
        downloaded,
        uploaded,
        rateDown: Math.round(rateDown),
        rateUp: Math.round(rateUp),
        peers,
        ...((webSeeds > 0 || downloadedFromWebSeeds > 0) && { webSeeds, downloadedFromWebSeeds }),
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
