import { createSocket } from 'node:dgram'
import { afterEach, expect, test } from 'vitest'
import { createDht, type Dht, type DhtOptions, type SearchOutcome } from '../../../transport/dht/dht.ts'
import type { Address } from '../../../transport/transport.ts'
import { longTest } from '../../in-full.ts'

const host = '127.0.0.1'
const infoHash = new Uint8Array(20).fill(7)

const nodes: Dht[] = []
const aNode = (options: DhtOptions = {}) => {
  const node = createDht({ host, ...options })
  nodes.push(node)
  return node
}
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.destroy()))
})

/** What comes of a search, with the peers that it found. */
const search = (node: Dht, port?: number) =>
  new Promise<(SearchOutcome & { readonly peers: readonly Address[] }) | string>((resolve) => {
    const peers: Address[] = []
    node.search(infoHash, port, {
      found: (some) => void peers.push(...some),
      lookedUp() {},
      done: (outcome) => resolve({ ...outcome, peers }),
      failed: resolve,
    })
  })

test('of a dozen nodes that know of one alone, each finds the peers that another has announced, each once', async () => {
  const first = aNode()
  const bootstrap = [await first.opened]
  const others = Array.from({ length: 11 }, () => aNode({ bootstrap }))
  await expect.poll(() => first.nodes).toHaveLength(11)
  expect(await search(others[3] as Dht, 6881)).toMatchObject({ nodes: 11, peers: [] })
  const found = await search(others[9] as Dht)
  expect(found).toEqual({ nodes: 11, announced: 0, peers: [{ host, port: 6881 }] })
  expect(others[9]?.nodes).toHaveLength(11)
})

test('a node that was given those of an earlier run needs nothing to enter by', async () => {
  const first = aNode()
  const earlier = aNode({ bootstrap: [await first.opened] })
  await search(earlier)
  const kept = JSON.parse(JSON.stringify(earlier.nodes))
  expect(kept).toEqual([await first.opened])
  expect(await search(aNode({ nodes: kept }))).toMatchObject({ nodes: 2 })
})

longTest('nodes of an earlier run that are gone are neither kept nor told to others', async () => {
  const gone = { host, port: 1 }
  const first = aNode()
  const node = aNode({ nodes: [gone, { host: '::1', port: 1 }, { host, port: 0 }, await first.opened] })
  await expect.poll(() => node.nodes).toEqual([await first.opened])
  const other = aNode({ bootstrap: [await node.opened] })
  expect(await search(other)).toMatchObject({ nodes: 2 })
  expect(await search(aNode({ nodes: [gone] }))).toBe('no node has answered')
})

test('a node that queries us is told to others once it has answered us, and one that does not never is', async () => {
  const node = aNode()
  const { port } = await node.opened
  const socket = createSocket('udp4').bind(0, host)
  const queries: string[] = []
  socket.on('message', (bytes) => void queries.push(bytes.toString('latin1')))
  await new Promise((resolve) =>
    socket.send('d1:ad2:id20:iiiiiiiiiiiiiiiiiiiie1:q4:ping1:t2:aa1:y1:qe', port, host, resolve),
  )
  await expect.poll(() => queries).toHaveLength(2)
  expect(queries.map((text) => text.slice(-2))).toEqual(['re', 'qe'])
  expect(node.nodes).toEqual([])
  await new Promise<void>((resolve) => socket.close(resolve))
})

test('a node that is added once it has answered', async () => {
  const [first, other] = [aNode(), aNode()]
  await other.opened
  other.addNode(await first.opened)
  await expect.poll(() => other.nodes.length).toBe(1)
})

test('a node that is named before ours is open is asked before the first search is over', async () => {
  const first = await aNode().opened
  const other = aNode()
  other.addNode({ host: 'node.example', port: 6881 })
  other.addNode(first)
  expect(await search(other)).toMatchObject({ nodes: 1 })
})

test('nobody is asked unless somebody was named', async () => {
  const lone = aNode()
  expect(await search(lone)).toBe('no node is known to ask')
  expect(lone.nodes).toEqual([])
})

test('a port that is taken makes every search fail, with what the system says', async () => {
  const { port } = await aNode().opened
  const other = aNode({ port })
  await expect(other.opened).rejects.toMatchObject({ code: 'EADDRINUSE' })
  expect(await search(other)).toContain('EADDRINUSE')
})

test('datagrams made to harm it change nothing', async () => {
  const node = aNode()
  const { port } = await node.opened
  const socket = createSocket('udp4')
  const harmful = [
    'd1:ad2:id20:iiiiiiiiiiiiiiiiiiii9:info_hashi7ee1:q9:get_peers1:t2:aa1:y1:qe',
    'd1:rd2:idi7ee1:t2:aa1:y1:re',
    'le',
  ]
  for (const text of harmful) await new Promise((resolve) => socket.send(text, port, host, resolve))
  await new Promise<void>((resolve) => socket.close(resolve))
  expect(await search(aNode({ bootstrap: [{ host, port }] }))).toMatchObject({ nodes: 1 })
})

test('a search that is given up tells nothing, and none is told of when the node is destroyed', async () => {
  const first = aNode()
  const node = aNode({ bootstrap: [await first.opened] })
  const told: unknown[] = []
  const reports = { found: told.push, lookedUp: told.push, done: told.push, failed: told.push }
  node.search(infoHash, 6881, reports)()
  await node.destroy()
  await node.destroy()
  expect(await search(node)).toBe('our node of the DHT was destroyed')
  expect(told).toEqual([])
})

test('misuse throws at the call', () => {
  expect(() => createDht({ port: 70_000 })).toThrow(RangeError)
  expect(() => createDht({ bootstrap: [{ host: '', port: 1 }] })).toThrow(RangeError)
  expect(() => createDht({ bootstrap: ['192.0.2.1:1' as never] })).toThrow(TypeError)
  expect(() => createDht({ bootstrap: 'known' as never })).toThrow(TypeError)
  expect(() => createDht({ nodes: ['192.0.2.1:1' as never] })).toThrow(TypeError)
  expect(() => createDht({ clock: 7 as never })).toThrow(TypeError)
})
