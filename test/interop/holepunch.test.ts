import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import {
  bencoded,
  createTorrent,
  type Datagrams,
  defineExtension,
  openMemoryStore,
  parseAddress,
  readMetainfo,
  systemClock,
  type Torrent,
  utpTransport,
} from '../../index.ts'
import { addressKey, formatAddress } from '../../transport/address.ts'
import { udpDatagrams } from '../../transport/datagrams/udp.ts'
import { behindRouter } from '../swarm/router.ts'
import { type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent } from './libtorrent.ts'
import { untilTestEnds } from './until-test-ends.ts'

/** Three peers over uTP with `ut_holepunch` (BEP 55), libtorrent in each of the three parts; nobody has a piece. */

let work: string
let fixture: Fixture

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'small'), 1024 * 1024)
  return folder.remove
})

/** libtorrent tells of peers within a minute, and gives a dial up after some 20 s. */
const meeting = { timeout: 120_000, interval: 500 }
const connecting = { timeout: 20_000 }
const options = { timeout: 150_000 }

/** So that it is told of nobody: else both would dial at the same time by chance. */
const noPex = defineExtension({ name: 'ut_pex', codec: bencoded, start: () => ({}) })

interface Own {
  readonly torrent: Torrent
  readonly address: string
}

async function ours(datagrams: Datagrams, isTold: boolean, peers: readonly string[] = []): Promise<Own> {
  const metainfo = await readMetainfo(await readFile(fixture.torrent))
  const torrent = untilTestEnds(
    createTorrent({
      metainfo,
      store: openMemoryStore(metainfo),
      transport: utpTransport({ datagrams }),
      listen: { host: '127.0.0.1', port: 0 },
      peers: peers.map(parseAddress),
      ...(isTold ? {} : { extensions: [noPex] }),
    }),
  )
  const listening = new Promise<string>((resolve) => {
    torrent.on('listening', ({ address }) => resolve(formatAddress(address)))
  })
  torrent.start()
  return { torrent, address: await listening }
}

const libtorrent = async (name: string, pex: boolean, peers: readonly string[] = []) =>
  untilTestEnds(await leechWithLibtorrent(fixture.torrent, join(work, name), { transport: 'utp', pex, peers }))

/** Lets out nothing to where nothing has come from: how a router before that remote looks from here. */
function unlessHeardFrom(datagrams: Datagrams, isReachable: (address: string) => boolean): Datagrams {
  return {
    ...datagrams,
    bind(address, handler, done) {
      const heard = new Set<string>()
      const inner = {
        received(bytes: Uint8Array, from: typeof address) {
          heard.add(addressKey(from))
          handler.received(bytes, from)
        },
        drained: () => handler.drained(),
      }
      datagrams.bind(address, inner, (bound) => {
        if (bound instanceof Error) {
          done(bound)
          return
        }
        const { send } = bound
        bound.send = (bytes, to, failed) =>
          isReachable(formatAddress(to)) || heard.has(addressKey(to)) ? send.call(bound, bytes, to, failed) : 0
        done(bound)
      })
    },
  }
}

const router = () => behindRouter(udpDatagrams(), systemClock)
const openAt = ({ torrent }: Own): string[] =>
  torrent.peers.filter(({ state }) => state === 'open').map(({ address }) => formatAddress(address))

test('libtorrent brings two of ours together', options, async () => {
  const relay = await libtorrent('relay', true)
  const target = await ours(router(), false, [relay.address])
  await expect.poll(() => openAt(target), connecting).toEqual([relay.address])
  const asker = await ours(udpDatagrams(), true, [relay.address])
  await expect.poll(() => openAt(asker), meeting).toContain(target.address)
})

test('we bring libtorrent, which asks for it, together with one of ours', options, async () => {
  const relay = await ours(udpDatagrams(), true)
  const target = await ours(router(), false, [relay.address])
  await expect.poll(() => openAt(target), connecting).toEqual([relay.address])
  const asker = await libtorrent('asker', true, [relay.address])
  await expect.poll(() => openAt(target), meeting).toContain(asker.address)
})

test('we bring one of ours together with libtorrent, which dials as it is told', options, async () => {
  const relay = await ours(udpDatagrams(), true)
  const target = await libtorrent('target', false, [relay.address])
  await expect.poll(() => openAt(relay), connecting).toEqual([target.address])
  const datagrams = unlessHeardFrom(udpDatagrams(), (address) => address === relay.address)
  const asker = await ours(datagrams, true, [relay.address])
  await expect.poll(() => openAt(asker), meeting).toContain(target.address)
})
