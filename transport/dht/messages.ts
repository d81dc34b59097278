import { ipText, isDialable, isInReachOf } from '../address.ts'
import { isPort } from '../port.ts'
import type { Address } from '../transport.ts'
import {
  type BencodeDict,
  type BencodeInput,
  type BencodeValue,
  decodeBencode,
  encodeBencode,
  isBencodeDict,
} from '../wire/bencode.ts'

/** Bytes of a node's id, and of an info hash (BEP 5). */
const idBytes = 20
/** Of an address of IPv4 with its port; of a node, with its id before it. */
const peerBytes = 6
const nodeBytes = idBytes + peerBytes

/**
 * Bounds of one message. It is a datagram: what is longer than 1,400 bytes may not arrive (libtorrent writes no more), and some write
 * more all the same.
 */
const bytesMax = 4_096
const valuesMax = 1_024
/** Nodes and peers that one answer names: 8 and up to some 100 by BEP 5, and as fit in a datagram. */
const nodesMax = 50
const peersMax = 200
/** Of a token, which others choose (libtorrent: 4, bittorrent-dht: 20), and of a transaction id. */
const tokenBytesMax = 64

/** The longest message that is written: one with more peers than fit is cut. */
export const writtenBytesMax = 1_400

/** A message that was looked at, written anew. */
export interface DhtMessage {
  /** A query is to be answered; the others answer us. */
  readonly kind: 'query' | 'response' | 'error'
  /** By which an answer is known, as hex digits. */
  readonly transaction: string
  /** Of the node that sends it, 40 hex digits; an error has none. */
  readonly id: string | undefined
  readonly fields: Readonly<Record<string, BencodeInput>>
  readonly bytes: Uint8Array
}

/**
 * A message of a node (BEP 5), written anew with what we know of it alone; undefined for what is none, or asks what we do not answer. What
 * reads it next (bittorrent-dht) trusts every field to be of its kind, so nothing reaches it that was not looked at here. Left out of
 * answers are nodes and peers that cannot be dialled, or that are nearer to us than the node that names them: it cannot know them.
 */
export function readMessage(bytes: Uint8Array, from: Address): DhtMessage | undefined {
  if (bytes.length > bytesMax) return undefined
  const message = decodeBencode(bytes, valuesMax, bytesMax)?.value
  if (!isBencodeDict(message)) return undefined
  const { t, y } = message
  if (!isText(t, 1, tokenBytesMax)) return undefined
  const letter = textOf(y)
  const body = bodyOf(message, letter, from)
  if (!body) return undefined
  const fields = { t, y: letter, ...body.fields }
  return { kind: body.kind, id: body.id && hexOf(body.id), transaction: hexOf(t), fields, bytes: encodeBencode(fields) }
}

/** A query, as if it came from nobody. */
export const withoutId = ({ fields }: DhtMessage): Uint8Array =>
  encodeBencode({ ...fields, a: { ...Object(fields.a), id: undefined } })

/** Asks a node whether it is there (BEP 5). `id`: ours, 20 bytes. */
export const pingOf = (id: Uint8Array, transaction: Uint8Array): Uint8Array =>
  encodeBencode({ t: transaction, y: 'q', q: 'ping', a: { id } })

/** The transaction of a message of ours, as hex digits, where that is a query. */
export function queryTransaction(bytes: Uint8Array): string | undefined {
  const message = decodeBencode(bytes, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)?.value
  if (!isBencodeDict(message) || textOf(message.y) !== 'q' || !(message.t instanceof Uint8Array)) return undefined
  return hexOf(message.t)
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

interface Body extends Pick<DhtMessage, 'kind' | 'fields'> {
  readonly id?: Uint8Array
}

function bodyOf(message: BencodeDict, letter: string, from: Address): Body | undefined {
  if (letter === 'q') {
    const a = isBencodeDict(message.a) ? queryOf(textOf(message.q), message.a) : undefined
    return a && { kind: 'query', id: a.id, fields: { q: textOf(message.q), a } }
  }
  if (letter === 'r') {
    const r = isBencodeDict(message.r) ? answerOf(message.r, from) : undefined
    return r && { kind: 'response', id: r.id, fields: { r } }
  }
  if (letter !== 'e') return undefined
  const [code] = Array.isArray(message.e) ? message.e : []
  return { kind: 'error', fields: { e: [Number.isSafeInteger(code) ? (code as number) : 201, 'an error'] } }
}

function queryOf(name: string, { id, implied_port, info_hash, port, target, token }: BencodeDict) {
  if (!isText(id, idBytes)) return undefined
  switch (name) {
    case 'ping':
      return { id }
    case 'find_node':
      return isText(target, idBytes) ? { id, target } : undefined
    case 'get_peers':
      return isText(info_hash, idBytes) ? { id, info_hash } : undefined
    case 'announce_peer': {
      if (!isText(info_hash, idBytes) || !isText(token, 1, tokenBytesMax)) return undefined
      if (typeof implied_port === 'number' && implied_port !== 0) return { id, info_hash, token, implied_port: 1 }
      return isPort(port) ? { id, info_hash, token, port } : undefined
    }
    default:
      return undefined
  }
}

function answerOf({ id, nodes, token, values }: BencodeDict, from: Address) {
  if (!isText(id, idBytes)) return undefined
  return {
    id,
    nodes: nodes instanceof Uint8Array ? nodesOf(nodes, from) : undefined,
    token: isText(token, 1, tokenBytesMax) ? token : undefined,
    values: Array.isArray(values) ? values.filter((one) => isOfUse(one, from)).slice(0, peersMax) : undefined,
  }
}

function nodesOf(bytes: Uint8Array, from: Address): Uint8Array {
  const kept: Uint8Array[] = []
  for (let at = 0; at + nodeBytes <= bytes.length && kept.length < nodesMax; at += nodeBytes) {
    const node = bytes.subarray(at, at + nodeBytes)
    if (isOfUse(node.subarray(idBytes), from)) kept.push(node)
  }
  return Buffer.concat(kept)
}

function isOfUse(bytes: BencodeValue | undefined, from: Address): boolean {
  if (!isText(bytes, peerBytes)) return false
  const host = ipText(bytes.subarray(0, 4))
  return isDialable({ host, port: ((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0) }) && isInReachOf(from.host, host)
}

/** Nodes that an answer of ours names when it is too long: as many as BEP 5 asks for, the nearest, which stand first. */
const namedNodesMax = 8

/** A message of ours, with as many of the nodes and peers that it names as fit in a datagram; undefined where it is too long without any. */
export function fitting(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length <= writtenBytesMax) return bytes
  const message = decodeBencode(bytes, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)?.value
  if (!isBencodeDict(message) || !isBencodeDict(message.r)) return undefined
  const { nodes, values = [] } = message.r
  const named = nodes instanceof Uint8Array ? { nodes: nodes.subarray(0, namedNodesMax * nodeBytes) } : {}
  const short = encodeBencode({ ...message, r: { ...message.r, ...named } })
  if (short.length <= writtenBytesMax) return short
  if (!Array.isArray(values)) return undefined
  // A peer takes 8 bytes, as a string of 6.
  const beyond = Math.ceil((short.length - writtenBytesMax) / (peerBytes + 2))
  const cut = encodeBencode({ ...message, r: { ...message.r, ...named, values: values.slice(beyond) } })
  return cut.length <= writtenBytesMax ? cut : undefined
}

function isText(value: BencodeValue | undefined, least: number, most = least): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= least && value.length <= most
}

const textOf = (value: BencodeValue | undefined): string =>
  value instanceof Uint8Array && value.length <= 32 ? Buffer.from(value).toString('latin1') : ''
