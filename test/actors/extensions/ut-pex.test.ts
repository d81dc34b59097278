import { describe, expect, test, vi } from 'vitest'
import { turnsMax, utPex } from '../../../actors/extensions/ut-pex.ts'
import { pexEarlyMax, pexGapMinMs, pexSourceMax } from '../../../machines/extensions/pex-intake.ts'
import { firstPexMs, PexLog, pexIntervalMs, toldMax } from '../../../machines/extensions/pex-log.ts'
import { type PexEntry, PexRoster } from '../../../machines/extensions/pex-roster.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { decodePex, encodePex, type PexMessage } from '../../../transport/wire/extended/ut-pex.ts'
import { closes, connection, greets, type Origin, run, says, tick } from './acquaintances.ts'

const speaks: ExtendedHandshake = { m: { ut_pex: 1 } }

/** A running `ut_pex`, and what it has told whom since it was last asked. */
function pex() {
  const { wishes, tell } = run(utPex())
  return {
    tell,
    wishes,
    /** A connection opens, and greets. */
    meet(peer: number, host: string, origin?: Origin, greeting = speaks) {
      const { ref, opened } = connection(peer, host, origin)
      ref.send({ type: 'wire.extended_handshake', handshake: greeting })
      tell(opened, greets(peer, greeting))
      return ref
    },
    told: (): Record<number, PexMessage | undefined> =>
      Object.fromEntries(
        wishes().flatMap((wish) => (wish.type === 'extension.send' ? [[wish.peer, decodePex(wish.payload)]] : [])),
      ),
  }
}

const contact = (host: string, port = 6881, flags = 0x10) => ({ address: { host, port }, flags })
const adds = (...hosts: readonly string[]) => encodePex({ added: hosts.map((host) => contact(host)), dropped: [] })

test('our own address, as libtorrent tells us of it, takes no place of another peer behind our router', () => {
  const { meet, tell, wishes } = pex()
  const us = '203.0.113.5'
  const ref = meet(1, '198.51.100.1', {}, { ...speaks, yourip: Uint8Array.of(203, 0, 113, 5) })
  ref.send({ type: 'torrent.greet', greeting: { p: 6881 } })
  tell(tick(0), says(1, encodePex({ added: [contact(us, 6881), contact(us, 7000)], dropped: [] })))
  expect(wishes()).toEqual([{ type: 'pex.contacts', peer: 1, contacts: [contact(us, 7000)] }])
})

describe('whom we tell of (BEP 11)', () => {
  test('is who is connected: where it was dialled, or where it says that it listens', () => {
    const { meet, tell, told } = pex()
    meet(1, '10.0.0.1')
    meet(2, '10.0.0.2', { direction: 'in', port: 50_000 }, { p: 7000 })
    meet(3, '10.0.0.3', { direction: 'in', port: 50_000 }, {})
    tell(tick(0), tick(firstPexMs - 1))
    expect(told()).toEqual({})
    tell(tick(firstPexMs))
    expect(told()).toEqual({ 1: { added: [contact('10.0.0.2', 7000, 0)], dropped: [] } })
  })

  test('is said with what is known of it', () => {
    const { meet, tell, told } = pex()
    meet(1, '10.0.0.1')
    meet(2, '10.0.0.2', {}, { prefersEncryption: true, uploadOnly: true }).send({ type: 'wire.have_all' })
    tell(tick(0), tick(firstPexMs))
    expect(told()[1]?.added).toEqual([contact('10.0.0.2', 6881, 0x13)])
  })

  test('is never the receiver, by no other connection either', () => {
    const { meet, tell, told } = pex()
    meet(1, '10.0.0.1')
    meet(2, '::ffff:10.0.0.1', { direction: 'in', port: 50_000 }, { ...speaks, p: 6881 })
    meet(3, '10.0.0.3')
    tell(tick(0), tick(firstPexMs))
    expect([told()[1]?.added, told()[2]]).toEqual([[contact('10.0.0.3')], undefined])
  })

  test('has an IP address and a port that can be dialled, from where the receiver is', () => {
    const { meet, tell, told } = pex()
    meet(1, '198.51.100.1')
    meet(2, 'peer.example.org')
    meet(3, '0.0.0.0')
    meet(4, '127.0.0.1')
    meet(5, '192.168.0.5')
    meet(6, '2001:db8::6')
    tell(tick(0), tick(firstPexMs))
    const all = told()
    expect(all[1]?.added).toEqual([contact('2001:db8::6')])
    expect(all[4]?.added.map(({ address }) => address.host)).toEqual(['198.51.100.1', '192.168.0.5', '2001:db8::6'])
    expect(all[5]?.added.map(({ address }) => address.host)).toEqual(['198.51.100.1', '2001:db8::6'])
  })

  test('changes: who came and who left is told, no sooner than a minute later', () => {
    const { meet, tell, told } = pex()
    meet(1, '10.0.0.1')
    meet(2, '10.0.0.2', {}, {})
    tell(tick(0), tick(firstPexMs))
    told()
    tell(closes(2))
    meet(3, '10.0.0.3', {}, {})
    for (let at = firstPexMs; at < firstPexMs + pexIntervalMs; at += 1_000) tell(tick(at))
    expect(told()).toEqual({})
    tell(tick(firstPexMs + pexIntervalMs))
    expect(told()).toEqual({ 1: { added: [contact('10.0.0.3')], dropped: [contact('10.0.0.2').address] } })
  })

  test('is told whoever speaks it late as well, and all of it', () => {
    const { meet, tell, told } = pex()
    meet(1, '10.0.0.1', {}, {})
    meet(2, '10.0.0.2', {}, {})
    tell(tick(0), tick(10 * pexIntervalMs), greets(1, speaks), tick(11 * pexIntervalMs))
    expect(told()).toEqual({ 1: { added: [contact('10.0.0.2')], dropped: [] } })
  })
})

describe('of many peers', () => {
  const hostOf = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
  /** Connections of which the first `speaking` speak `ut_pex`. All share one chart: so many would take their time. */
  const crowd = (count: number, speaking: number) => {
    const running = pex()
    const { opened } = connection(0, hostOf(0))
    for (let peer = 0; peer < count; peer++) {
      const address = { host: hostOf(peer), port: 6881 }
      const known = { ...opened.connection, peer, address }
      running.tell({ ...opened, peer, connection: known }, greets(peer, peer < speaking ? speaks : {}))
    }
    return running
  }
  const nth = (n: number) => firstPexMs + n * pexIntervalMs

  test('one is told of 200 at a time, and none of them is called dropped who is still there', () => {
    const { tell, told, meet } = crowd(toldMax + 50, 1)
    meet(1_000, '10.9.0.1', { direction: 'in', port: 50_000 }, {})
    const heard: PexMessage[] = []
    tell(tick(0))
    const minutes = (from: number, to: number) => {
      for (let n = from; n < to; n++) {
        tell(tick(nth(n)))
        const news = told()[0]
        if (news) heard.push(news)
      }
    }
    minutes(0, 10)
    // One listens late, another greets again, and one leaves: what has been told of the others stands.
    tell(greets(1_000, { p: 6881 }), greets(30, { p: 6881 }), closes(249))
    minutes(10, 20)
    expect(heard.flatMap(({ added }) => added)).toHaveLength(toldMax)
    expect(heard.flatMap(({ dropped }) => dropped)).toEqual([])
    tell(closes(7), closes(8))
    minutes(20, 30)
    expect(heard.flatMap(({ dropped }) => dropped).map(({ host }) => host)).toEqual([hostOf(7), hostOf(8)])
    expect(heard.flatMap(({ added }) => added)).toHaveLength(toldMax + 2)
  })

  test('so many are told in one tick, and the others in the next', () => {
    const { tell, told } = crowd(3 * turnsMax, 3 * turnsMax)
    tell(tick(0))
    const turns = [0, 1, 2, 3].map((second) => {
      tell(tick(firstPexMs + second * 1_000))
      return Object.keys(told()).map(Number)
    })
    expect(turns.map(({ length }) => length)).toEqual([turnsMax, turnsMax, turnsMax, 0])
    expect(new Set(turns.flat()).size).toBe(3 * turnsMax)
  })

  test('those are told first that wait longest: many with nothing new to hear keep nobody waiting', () => {
    const { tell, wishes } = pex()
    const { opened } = connection(0, hostOf(0))
    const open = (peer: number, host: string, greeting: ExtendedHandshake) => {
      const known = { ...opened.connection, peer, address: { host, port: 6881 } }
      tell({ ...opened, peer, connection: known }, greets(peer, greeting))
    }
    const outside = 6 * turnsMax
    for (let peer = 0; peer < outside; peer++) open(peer, `198.51.100.${peer}`, speaks)
    open(outside, '192.168.0.1', speaks)
    for (let second = 0; second < 600; second++) {
      // Those outside are not told of these.
      const newcomer = 1_000 + second
      open(newcomer, hostOf(newcomer), {})
      tell(closes(newcomer - 60), tick(second * 1_000))
    }
    const messages = wishes().filter((wish) => wish.type === 'extension.send' && wish.peer === outside)
    expect(messages.length).toBeGreaterThanOrEqual(8)
  })

  test('no tick costs more than so many looks at each: twice the peers, twice the work', () => {
    const looksOf = (count: number) => {
      const { tell } = crowd(count, count)
      let looks = 0
      class Counted extends Map<string, PexEntry> {
        override has(key: string): boolean {
          looks++
          return super.has(key)
        }
        override *values(): MapIterator<PexEntry> {
          for (const entry of super.values()) {
            looks++
            yield entry
          }
        }
      }
      const entries = Object.getOwnPropertyDescriptor(PexRoster.prototype, 'entries')?.get
      const counted = vi.spyOn(PexRoster.prototype, 'entries', 'get').mockImplementation(function (this: PexRoster) {
        return new Counted(entries?.call(this))
      })
      let most = 0
      for (let at = 0; at < 2 * pexIntervalMs; at += 1_000) {
        tell(tick(at))
        most = Math.max(most, looks)
        looks = 0
      }
      counted.mockRestore()
      return most
    }
    for (const count of [60, 120, 240]) expect(looksOf(count)).toBeLessThanOrEqual(turnsMax * (count + toldMax))
  })

  test('nobody is looked at while nobody comes or goes and all is said', () => {
    const { tell } = crowd(turnsMax, turnsMax)
    for (let n = 0; n < 3; n++) tell(tick(n * pexIntervalMs))
    const next = vi.spyOn(PexLog.prototype, 'next')
    for (let second = 0; second < 300; second++) tell(tick(3 * pexIntervalMs + second * 1_000))
    expect(next).not.toHaveBeenCalled()
    tell(closes(7), tick(4 * pexIntervalMs + 300_000))
    expect(next).toHaveBeenCalledTimes(turnsMax - 1)
    next.mockRestore()
  })
})

describe('what we are told (BEP 11)', () => {
  test('is passed on to be dialled', () => {
    const { meet, tell, wishes } = pex()
    meet(1, '10.0.0.1')
    tell(tick(0), says(1, adds('10.0.0.8', '10.0.0.9')))
    expect(wishes()).toEqual([{ type: 'pex.contacts', peer: 1, contacts: [contact('10.0.0.8'), contact('10.0.0.9')] }])
  })

  test('is bounded for each peer, and ignored when it comes too soon', () => {
    const { meet, tell, wishes } = pex()
    meet(1, '10.0.0.1')
    const many = (from: number) => adds(...Array.from({ length: 50 }, (_, i) => `10.0.${from}.${i}`))
    tell(tick(0))
    for (let i = 0; i < pexEarlyMax; i++) tell(tick(i * 100), says(1, many(i)))
    tell(tick(pexGapMinMs), says(1, many(100)))
    const heard = wishes().flatMap((wish) => (wish.type === 'pex.contacts' ? wish.contacts : []))
    expect(heard).toHaveLength(pexSourceMax)
    expect(new Set(heard.map(({ address }) => address.host.split('.')[2]))).toEqual(new Set(['0']))
  })

  test('is not even decoded when it comes too soon, and a flood ends the connection', () => {
    const { meet, tell, wishes } = pex()
    meet(1, '10.0.0.1')
    const junk = says(1, Uint8Array.of(1, 2, 3))
    tell(tick(0), says(1, adds('10.0.0.8')))
    wishes()
    for (let i = 0; i < pexEarlyMax; i++) tell(junk)
    expect(wishes()).toEqual([])
    tell(junk)
    expect(wishes()).toEqual([{ type: 'extension.fault', peer: 1, code: 'pex_flood' }])
  })

  test('points not at our own machine or network from further away', () => {
    const { meet, tell, wishes } = pex()
    meet(1, '198.51.100.1')
    meet(2, '127.0.0.1')
    const lies = adds('127.0.0.1', '192.168.0.1', '10.0.0.1', 'fd00::1', '203.0.113.1')
    tell(tick(0), says(1, lies), says(2, lies))
    const heard = wishes().map(
      (wish) => wish.type === 'pex.contacts' && wish.contacts.map(({ address }) => address.host),
    )
    expect(heard).toEqual([['203.0.113.1'], ['127.0.0.1', '192.168.0.1', '10.0.0.1', '203.0.113.1', 'fd00::1']])
  })

  test('names nobody: that is told to nobody', () => {
    const { meet, tell, wishes } = pex()
    meet(1, '10.0.0.1')
    tell(tick(0), says(1, encodePex({ added: [], dropped: [contact('10.0.0.9').address] })))
    expect(wishes()).toEqual([])
  })

  test('is no bencode: its sender is at fault', () => {
    const { meet, tell, wishes } = pex()
    meet(1, '10.0.0.1')
    tell(says(1, Uint8Array.of(1, 2, 3)))
    expect(wishes()).toEqual([{ type: 'extension.fault', peer: 1, code: 'extension_malformed' }])
  })
})
