import { describe, expect, test } from 'vitest'
import { fitting, readMessage, writtenBytesMax } from '../../../transport/dht/messages.ts'
import { type BencodeInput, decodeBencode, encodeBencode } from '../../../transport/wire/bencode.ts'

const id = Buffer.alloc(20, 'i')
const target = Buffer.alloc(20, 't')
const far = { host: '192.0.2.1', port: 6881 }

const peer = (host: string, port = 6881) => Buffer.from([...host.split('.').map(Number), port >> 8, port & 0xff])
const node = (host: string, port?: number) => Buffer.concat([id, peer(host, port)])
const q = (name: string, a: BencodeInput): BencodeInput => ({ t: 'aa', y: 'q', q: name, a })
const r = (fields: BencodeInput): BencodeInput => ({ t: 'aa', y: 'r', r: fields })
const read = (message: BencodeInput, from = far) => {
  const known = readMessage(encodeBencode(message), from)
  return known && decodeBencode(known.bytes)?.value
}
const asRead = (message: BencodeInput) => decodeBencode(encodeBencode(message))?.value

describe('a message that is right is passed on', () => {
  test.each([
    ['a ping', q('ping', { id })],
    ['what looks for a node', q('find_node', { id, target })],
    ['what asks for peers', q('get_peers', { id, info_hash: target })],
    ['an announce', q('announce_peer', { id, info_hash: target, port: 6881, token: 'x' })],
    [
      'an announce of the port that it comes from',
      q('announce_peer', { id, info_hash: target, implied_port: 1, token: 'x' }),
    ],
    ['an answer with nodes', r({ id, nodes: node('192.0.2.3') })],
    ['an answer with peers', r({ id, token: 'x', values: [peer('192.0.2.3'), peer('192.0.2.4')] })],
  ])('%s', (_, message) => {
    expect(read(message)).toEqual(asRead(message))
  })

  test('without what we do not know of it', () => {
    const message = { ...Object(q('ping', { id, more: [1, 2] })), v: 'LT', ro: 1 }
    expect(read(message)).toEqual(asRead(q('ping', { id })))
  })
})

describe('what bittorrent-dht would choke on is not', () => {
  test.each<[string, BencodeInput]>([
    ['an id that is a number', q('ping', { id: 7 })],
    ['an id of another length', q('ping', { id: 'short' })],
    ['an info hash that is a number', q('get_peers', { id, info_hash: 7 })],
    ['a target that is a list', q('find_node', { id, target: [] })],
    ['a token that is a number', q('announce_peer', { id, info_hash: target, port: 1, token: 7 })],
    ['a port that is none', q('announce_peer', { id, info_hash: target, port: 70_000, token: 'x' })],
    ['a query that has no fields', { t: 'aa', y: 'q', q: 'ping' }],
    ['what is stored for others (BEP 44)', q('put', { id, token: 'x', v: 'y' })],
    ['an answer whose id is a number', r({ id: 7 })],
    ['an answer that is a list', r([])],
    ['a message without a transaction', { y: 'q', q: 'ping', a: { id } }],
    ['a message of no kind', { t: 'aa', y: 'z' }],
    ['a number', 7],
  ])('%s', (_, message) => {
    expect(read(message)).toBeUndefined()
  })

  test('bytes that are no bencode, and those that are too long or too deep', () => {
    const all = [
      Buffer.from('d1:'),
      Buffer.alloc(0),
      Buffer.alloc(3_000, 'l'),
      encodeBencode(q('ping', { id, x: 'x'.repeat(4_096) })),
    ]
    expect(all.map((bytes) => readMessage(bytes, far))).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('of what an answer names is left out', () => {
  test('what nobody can be at, and what is nearer to us than the node that names it', () => {
    const named = ['127.0.0.1', '10.0.0.1', '0.0.0.0', '255.255.255.255', '224.0.0.1', '192.0.2.3']
    const message = r({
      id,
      nodes: Buffer.concat([...named.map((host) => node(host)), node('192.0.2.4', 0)]),
      values: named.map((host) => peer(host)),
    })
    const left = asRead(r({ id, nodes: node('192.0.2.3'), values: [peer('192.0.2.3')] }))
    expect(read(message)).toEqual(left)
  })

  test('nothing that one on loopback names there', () => {
    const message = r({ id, nodes: node('127.0.0.1'), values: [peer('127.0.0.1')] })
    expect(read(message, { host: '127.0.0.1', port: 1 })).toEqual(asRead(message))
  })

  test('half a node, a peer of IPv6, and what is more than a datagram holds', () => {
    const many = Buffer.concat(Array.from({ length: 60 }, () => node('192.0.2.3')))
    const kept = read(r({ id, nodes: many, values: [Buffer.alloc(18, 1), peer('192.0.2.3')] }))
    expect(kept).toEqual(asRead(r({ id, nodes: many.subarray(0, 50 * 26), values: [peer('192.0.2.3')] })))
  })
})

test('an answer of ours that names more peers than a datagram holds is cut to those that fit', () => {
  const values = Array.from({ length: 1_000 }, (_, i) => peer('192.0.2.3', i + 1))
  const cut = fitting(encodeBencode(r({ id, token: 'x'.repeat(20), values })))
  expect(cut?.length).toBeLessThanOrEqual(writtenBytesMax)
  expect(cut?.length).toBeGreaterThan(writtenBytesMax - 10)
  const short = encodeBencode(r({ id }))
  expect(fitting(short)).toBe(short)
  expect(fitting(encodeBencode(q('ping', { id, x: 'x'.repeat(2_000) })))).toBeUndefined()
})

test('of nodes that do not fit, the eight that stand first are named, the nearest (BEP 5)', () => {
  const nodes = Buffer.concat(Array.from({ length: 200 }, (_, i) => node(`192.0.2.${i}`)))
  const values = Array.from({ length: 300 }, (_, i) => peer(`192.0.2.${i % 256}`))
  const alone = fitting(encodeBencode(r({ id, nodes })))
  expect(alone && decodeBencode(alone)?.value).toEqual(asRead(r({ id, nodes: nodes.subarray(0, 8 * 26) })))
  const both = fitting(encodeBencode(r({ id, nodes, values })))
  expect(both?.length).toBeGreaterThan(writtenBytesMax - 10)
  expect(both?.length).toBeLessThanOrEqual(writtenBytesMax)
})

test('an error whose code is no number that can be written is one of an unknown kind', () => {
  const bytes = Buffer.from(`d1:eli${'9'.repeat(400)}e1:xe1:t2:aa1:y1:ee`)
  const known = readMessage(bytes, far)
  expect(known && decodeBencode(known.bytes)?.value).toEqual(asRead({ t: 'aa', y: 'e', e: [201, 'an error'] }))
})
