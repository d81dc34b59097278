import { networkInterfaces } from 'node:os'
import { type Command, Option } from 'commander'
import type { Address, Transport } from '../../transport/transport.ts'
import type { Api } from '../context/api.ts'
import type { RecordOptions } from '../torrent/recorded.ts'
import { addInspectOption } from './inspect-option.ts'
import { address, bytes, dhtEntry, gather, host, port, positive, recordLimit, trackerUrl } from './options.ts'

/** What `download` and `seed` have in common. */
export interface SwarmOptions extends RecordOptions {
  readonly peer: readonly Address[]
  readonly tracker: readonly string[]
  /** False: no tracker is asked. */
  readonly trackers: boolean
  /** The UDP port of our node of the DHT; absent: there is none, unless it is said where to enter. */
  readonly dht?: number
  readonly dhtBootstrap: readonly (Address | 'well-known')[]
  readonly listen: number
  /** Absent: all interfaces. */
  readonly host?: string
  readonly encryption: 'none' | 'preferred' | 'required'
  readonly transport: 'tcp' | 'utp' | 'any'
  /** Bytes a second on the wire; absent: no limit. */
  readonly downloadLimit?: number
  readonly uploadLimit?: number
  readonly maxPeers: number
  /** Absent: 2, on loopback any number. */
  readonly maxIncomingPerHost?: number
  readonly seed?: boolean
  /** Seconds. */
  readonly timeout: number
  readonly inspect?: number | true
}

/** Declares the common options; `listen` is the command's default port. */
export function addSwarmOptions(command: Command, listen: number): Command {
  const peers: readonly Address[] = []
  const trackers: readonly string[] = []
  const entries: readonly (Address | 'well-known')[] = []
  command
    .option('--peer <host:port>', 'a peer to dial; may stand many times, IPv6 as [::1]:6881', gather(address), peers)
    .option(
      '--tracker <url>',
      'a tracker to ask besides those that the torrent names; may stand many times',
      gather(trackerUrl),
      trackers,
    )
    .addOption(new Option('--no-trackers', 'ask no tracker, whatever the torrent names').conflicts('tracker'))
    .option(
      '--dht [port]',
      'search for peers in the DHT (BEP 5); its UDP port, any free one if not said (default: off)',
      port,
    )
    .option(
      '--dht-bootstrap <host:port>',
      'a node to enter the DHT by, or well-known for those that clients share; may stand many times, and turns the DHT on',
      gather(dhtEntry),
      entries,
    )
    .option('--listen <port>', 'accept peers on this port, 0 picks a free one', port, listen)
    .option('--host <address>', 'the address to bind (default: all interfaces)', host)
    .addOption(
      new Option('--encryption <policy>', 'connection security policy (MSE/PE)')
        .choices(['none', 'preferred', 'required'])
        .default('preferred'),
    )
    .addOption(
      new Option('--transport <kind>', 'which transports to dial and to accept (any: TCP first, then uTP beside it)')
        .choices(['tcp', 'utp', 'any'])
        .default('any'),
    )
    .option(
      '--download-limit <bytes>',
      'bytes a second on the wire for the torrent, as 500000, 512K or 2M (default: unlimited)',
      bytes,
    )
    .option(
      '--upload-limit <bytes>',
      'bytes a second on the wire for the torrent, as 500000, 512K or 2M (default: unlimited)',
      bytes,
    )
    .option('--max-peers <number>', 'connections held at once', positive, 55)
    .option(
      '--max-incoming-per-host <number>',
      'connections that one host may make to us (default: 2, on loopback any number)',
      positive,
    )
    .option('--timeout <seconds>', 'a download gives up when no byte of payload came for so long', positive, 60)
    .option('--seed', 'go on seeding when the download is complete (a seed always does)')
  return addRecordOptions(addInspectOption(command)).option(
    '--json',
    'one JSON object a line on standard output, nothing else there',
  )
}

/** Declares what a command records, and how. */
export function addRecordOptions(command: Command): Command {
  return command
    .option('--record <file>', 'write a record of every connection, for replay')
    .option('--keep-addresses', 'the record has addresses and peer ids as they are (default: others in their place)')
    .option('--record-payload', 'the record has payload too (default: its length)')
    .option(
      '--record-limit <bytes>',
      'how long the record gets, at least 1M; beyond it the older half is given up (default: 64M)',
      recordLimit,
    )
}

/** Which trackers a torrent asks besides its own, or none: `createTorrent` takes it. */
export const asking = ({ tracker, trackers }: SwarmOptions): false | readonly string[] => trackers && tracker

/** Whether torrents are searched for in the DHT. */
export const asksDht = ({ dht, dhtBootstrap }: Pick<SwarmOptions, 'dht' | 'dhtBootstrap'>): boolean =>
  dht !== undefined || dhtBootstrap.length > 0

/** What a torrent is carried by: `createTorrent` takes it, and has both without it. */
export function carriedBy(
  { transport }: SwarmOptions,
  { tcpTransport, utpTransport }: Pick<Api, 'tcpTransport' | 'utpTransport'>,
): { readonly transport?: Transport } {
  switch (transport) {
    case 'tcp':
      return { transport: tcpTransport() }
    case 'utp':
      return { transport: utpTransport() }
    case 'any':
      return {}
  }
}

/** Where a torrent accepts peers: `createTorrent` takes it. All interfaces are those of IPv6 and IPv4 in one, where there is IPv6. */
export function boundTo({ host, listen }: Pick<SwarmOptions, 'host' | 'listen'>): Address {
  const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
  const all = addresses.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0'
  return { host: host ?? all, port: listen }
}
