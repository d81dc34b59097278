import { expect, test } from 'vitest'
import { ConnectionLimit } from '../../../../machines/torrent/connections/connection-limit.ts'
import { Blacklist } from '../../../../machines/torrent/trust/blacklist.ts'
import { downloading, meet } from '../a-torrent.ts'

test('a torrent learns of a ban from a list that it shares, as long as it runs', () => {
  const blacklist = new Blacklist()
  const torrent = downloading([], { blacklist })
  const { told } = meet(torrent, '192.0.2.1', [0])
  blacklist.add({ host: '192.0.2.1', port: 1 })
  expect(told.at(-1)?.type).toMatch(/^link\.(end|destroy)$/)
  torrent.actor.stop()
  expect(() => blacklist.add({ host: '192.0.2.2', port: 1 })).not.toThrow()
  expect(told.filter(({ type }) => type.startsWith('link.end'))).toHaveLength(1)
})

test('a torrent that stops leaves its places in a limit that it shares', () => {
  const connections = new ConnectionLimit(10)
  const torrent = downloading([], { connections })
  meet(torrent, '192.0.2.1', [0])
  expect(connections.held).toBe(1)
  torrent.actor.stop()
  expect(connections.held).toBe(0)
})
