import { describe, expect, test } from 'vitest'
import {
  AddressBook,
  addressesMax,
  type DialOutcome,
  hearsayMax,
  hearsayTriesMax,
  untriedMs,
} from '../../../../machines/torrent/connections/address-book.ts'
import { recentMax } from '../../../../machines/torrent/connections/recent-addresses.ts'

const here = { host: '10.0.0.1', port: 6881 }
const there = { host: '10.0.0.2', port: 6881 }

const next = (book: AddressBook, at: number) => book.next(at)?.address

describe('an address', () => {
  test('is due at once, in the order it was added, and only once while it is connected', () => {
    const book = new AddressBook()
    book.add(here)
    book.add(there)
    expect([next(book, 0), next(book, 0), next(book, 1e9)]).toEqual([here, there, undefined])
  })

  test('is answered in the one spelling of an IP address, and a name as it was given', () => {
    const book = new AddressBook()
    for (const host of ['2001:DB8:0::1', '::ffff:10.0.0.1', 'Alice', 'fe80::1%eth0']) book.add({ host, port: 1 })
    const hosts = Array.from({ length: 4 }, () => next(book, 0)?.host)
    expect(hosts).toEqual(['2001:db8::1', '10.0.0.1', 'Alice', 'fe80::1%eth0'])
  })

  test('that is known already is not added again, also while it is connected', () => {
    const book = new AddressBook()
    book.add(here)
    book.add({ ...here })
    expect([next(book, 0), next(book, 0)]).toEqual([here, undefined])
    book.add(here)
    expect(next(book, 1e9)).toBeUndefined()
  })

  test('is the same one in another spelling', () => {
    const book = new AddressBook()
    book.add({ host: '2001:DB8::1', port: 1 })
    book.add({ host: '2001:db8:0::1', port: 1 })
    expect([book.waiting, book.next(0)?.address.host, next(book, 0)]).toEqual([1, '2001:db8::1', undefined])
    book.remove({ host: '2001:db8::1', port: 1 })
    expect(book.waiting + (next(book, 1e9) ? 1 : 0)).toBe(0)
  })

  test('waits while it is not connected, due or not', () => {
    const book = new AddressBook()
    book.add(here)
    book.add(there)
    next(book, 0)
    expect(book.waiting).toBe(1)
    book.closed(here, { at: 0, outcome: 'failed' })
    expect(book.waiting).toBe(2)
  })

  test('is another one on another port', () => {
    const book = new AddressBook()
    book.add(here)
    book.add({ ...here, port: 6882 })
    expect([book.next(0)?.address.port, book.next(0)?.address.port]).toEqual([6881, 6882])
  })

  test('waits longer after each failure in a row: 1, 5, 15, 30, 60, 120 and then always 300 s', () => {
    const book = new AddressBook()
    book.add(here)
    let at = 0
    for (const seconds of [1, 5, 15, 30, 60, 120, 300, 300]) {
      expect(next(book, at)).toEqual(here)
      book.closed(here, { at, outcome: 'failed' })
      expect(next(book, at + seconds * 1_000 - 1)).toBeUndefined()
      at += seconds * 1_000
    }
  })

  test('waits one second after a connection that worked, whatever was before', () => {
    const book = new AddressBook()
    book.add(here)
    for (let i = 0; i < 5; i++) book.closed(here, { at: 0, outcome: 'failed' })
    book.closed(here, { at: 1_000_000, outcome: 'worked' })
    expect(next(book, 1_000_999)).toBeUndefined()
    expect(next(book, 1_001_000)).toEqual(here)
  })

  test('that was not dialled for want of a descriptor is due in five seconds, however often, as if that had not been', () => {
    const book = new AddressBook()
    book.addHearsay(here)
    for (let at = 0; at < 50_000; at += untriedMs) {
      expect(next(book, at)).toEqual(here)
      book.closed(here, { at, outcome: 'untried' })
      expect(next(book, at + untriedMs - 1)).toBeUndefined()
    }
    book.closed(here, { at: 50_000, outcome: 'unreached' })
    expect(next(book, 51_000)).toEqual(here)
  })

  test('that was removed is never due again, not when its connection closes either', () => {
    const book = new AddressBook()
    book.add(here)
    next(book, 0)
    book.remove(here)
    book.closed(here, { at: 0, outcome: 'worked' })
    expect(next(book, 1e9)).toBeUndefined()
  })

  test('that was set aside is not due until it is recalled, or given again; of hearsay nothing is kept', () => {
    const book = new AddressBook()
    const told = { host: '10.0.0.9', port: 1 }
    book.add(here)
    book.addHearsay(told)
    next(book, 0)
    next(book, 0)
    book.setAside(here)
    book.setAside(told)
    book.closed(here, { at: 0, outcome: 'worked' })
    expect([next(book, 1e9), book.waiting]).toEqual([undefined, 0])
    book.recall()
    expect([next(book, 0), next(book, 1e9)]).toEqual([here, undefined])
    book.setAside(here)
    book.add(here)
    expect([next(book, 0), next(book, 1e9)]).toEqual([here, undefined])
    book.setAside(here)
    book.remove(here)
    book.recall()
    expect(next(book, 1e9)).toBeUndefined()
  })

  test('that was set aside, and that a peer tells of, is the one that was given: failures do not have it forgotten', () => {
    const book = new AddressBook()
    book.add(here)
    next(book, 0)
    book.setAside(here)
    book.addHearsay(here)
    expect(book.isHearsay(here)).toBe(false)
    book.forgetHearsay()
    for (let dials = 1; dials <= hearsayTriesMax + 1; dials++) {
      expect(next(book, dials * 1e6)).toEqual(here)
      book.closed(here, { at: dials * 1e6, outcome: 'unreached' })
    }
    expect(book.waiting).toBe(1)
  })

  test('that was set aside has worked all the same, and speaks plaintext when it is recalled', () => {
    const book = new AddressBook()
    book.add(here)
    next(book, 0)
    book.closed(here, { at: 0, outcome: 'encryption_refused' })
    next(book, 0)
    book.noteWorked(here, 5)
    book.setAside(here)
    const worked = [{ ...here, plaintext: true }]
    expect([book.worked, book.waiting]).toEqual([worked, 0])
    book.recall()
    expect([book.worked, book.next(0)]).toEqual([worked, { address: here, plaintext: true }])
  })

  test('that was set aside stays so while there is no room for it', () => {
    const book = new AddressBook()
    book.add(here)
    book.setAside(here)
    const host = (i: number) => ({ host: `10.1.${i >> 8}.${i & 255}`, port: 1 })
    for (let i = 0; i < addressesMax; i++) book.add(host(i))
    book.recall()
    book.add(here)
    expect(book.waiting).toBe(addressesMax)
    book.remove(host(0))
    book.recall()
    book.remove(host(1))
    book.recall()
    expect(book.waiting).toBe(addressesMax - 1)
  })

  test('beyond the bound is not taken, until there is room', () => {
    const book = new AddressBook()
    for (let i = 0; i < addressesMax + 10; i++) book.add({ host: `10.1.${i >> 8}.${i & 255}`, port: 1 })
    let due = 0
    while (next(book, 0)) due++
    expect(due).toBe(addressesMax)
    book.remove({ host: '10.1.0.0', port: 1 })
    book.add(here)
    expect(next(book, 0)).toEqual(here)
  })

  test('that is new takes the place of the one that failed most often, unless that is connected', () => {
    const book = new AddressBook()
    const host = (i: number) => ({ host: `10.1.${i >> 8}.${i & 255}`, port: 1 })
    for (let i = 0; i < addressesMax; i++) book.add(host(i))
    for (let failures = 0; failures < 3; failures++) book.closed(host(7), { at: 0, outcome: 'failed' })
    for (let failures = 0; failures < 2; failures++) book.closed(host(8), { at: 0, outcome: 'failed' })
    book.closed(host(9), { at: 0, outcome: 'failed' })
    for (let i = 0; i < addressesMax - 3; i++) next(book, 0)
    expect([next(book, 1_000), next(book, 0)]).toEqual([host(9), undefined])
    book.add(here)
    book.add(there)
    expect([next(book, 1e9), next(book, 1e9), next(book, 1e9)]).toEqual([here, there, undefined])
    book.closed(host(9), { at: 0, outcome: 'worked' })
    expect(next(book, 1e9)).toEqual(host(9))
  })
})

describe('of the addresses due, the next', () => {
  test('is the one with the fewest failures', () => {
    const book = new AddressBook()
    book.add(here)
    book.add(there)
    book.closed(here, { at: 0, outcome: 'failed' })
    book.closed(here, { at: 0, outcome: 'failed' })
    book.closed(there, { at: 0, outcome: 'failed' })
    expect([next(book, 1e9), next(book, 1e9)]).toEqual([there, here])
  })

  test('is, after as many failures, the one due longest', () => {
    const book = new AddressBook()
    book.add(here)
    book.add(there)
    book.closed(here, { at: 10, outcome: 'failed' })
    book.closed(there, { at: 0, outcome: 'failed' })
    expect([next(book, 1e9), next(book, 1e9)]).toEqual([there, here])
  })

  test('is each of 2,000 at which nothing answers before any for the second time, however few are dialled at once', () => {
    const book = new AddressBook()
    for (let i = 0; i < addressesMax; i++) book.add({ host: `10.1.${i >> 8}.${i & 255}`, port: 1 })
    const dialled = new Set<string>()
    for (let at = 0; dialled.size < addressesMax; at += 15_000) {
      const together = Array.from({ length: 50 }, () => next(book, at))
      for (const address of together.filter((one) => one !== undefined)) {
        expect(dialled).not.toContain(address.host)
        dialled.add(address.host)
        book.closed(address, { at: at + 15_000, outcome: 'failed' })
      }
    }
    expect(dialled.size).toBe(addressesMax)
  })
})

describe('an address that refuses encryption', () => {
  /** A book of one address, and what its next dial is: when it is due, in milliseconds after `at`, and how. */
  const bookOf = (...outcomes: readonly DialOutcome[]) => {
    const book = new AddressBook()
    book.add(here)
    for (const outcome of outcomes) {
      book.next(1e9)
      book.closed(here, { at: 0, outcome })
    }
    return book
  }
  const nextDial = (book: AddressBook) => {
    const afterMs = [0, 1_000, 5_000, 15_000, 30_000].find((at) => book.next(at) !== undefined)
    book.closed(here, { at: -1e9, outcome: 'unreached' })
    return [afterMs, book.next(1e9)?.plaintext]
  }

  test('is dialled in plaintext, at once', () => {
    expect(nextDial(bookOf('encryption_refused'))).toEqual([0, true])
  })

  test('and plaintext too is tried with encryption again, after a wait', () => {
    expect(nextDial(bookOf('encryption_refused', 'failed'))).toEqual([1_000, false])
  })

  test('has plaintext tried at once behind each refusal, as a refusal of both was not about encryption', () => {
    expect(nextDial(bookOf('encryption_refused', 'failed', 'encryption_refused'))).toEqual([0, true])
    expect(nextDial(bookOf('encryption_refused', 'idle', 'failed', 'encryption_refused'))).toEqual([0, true])
  })

  test('has plaintext tried at once only once behind a refusal', () => {
    expect(nextDial(bookOf('encryption_refused', 'encryption_refused'))).toEqual([1_000, true])
  })

  test.each(['idle', 'worked', 'unreached'] as const)('is remembered to speak plaintext (%s)', (outcome) => {
    expect(nextDial(bookOf('encryption_refused', outcome))).toEqual([1_000, true])
  })

  test('is forgotten with its address', () => {
    const book = bookOf('encryption_refused')
    book.remove(here)
    book.add(here)
    expect(book.next(0)).toEqual({ address: here, plaintext: false })
  })
})

describe('what peers tell of (hearsay)', () => {
  const host = (i: number) => ({ host: `10.1.${i >> 8}.${i & 255}`, port: 1 })

  test('is forgotten when dials in a row bring no handshake; not so what a tracker names, which is long silent', () => {
    const book = new AddressBook()
    book.addHearsay(here)
    book.addTold(there)
    for (let dials = 1; dials <= hearsayTriesMax; dials++) {
      for (const address of [here, there]) book.closed(address, { at: 0, outcome: 'unreached' })
    }
    expect([book.waiting, next(book, 1e6)]).toEqual([1, there])
  })

  test('is dialled after all that the user gave and is due', () => {
    const book = new AddressBook()
    book.addHearsay(there)
    book.add(here)
    book.closed(here, { at: 0, outcome: 'failed' })
    expect([next(book, 1_000), next(book, 1_000)]).toEqual([here, there])
  })

  test('does not wait for what the user gave and is not due', () => {
    const book = new AddressBook()
    book.add(here)
    book.closed(here, { at: 0, outcome: 'failed' })
    book.addHearsay(there)
    expect(next(book, 0)).toEqual(there)
  })

  test('is dialled in the order of its priority (BEP 40), after as many failures', () => {
    const book = new AddressBook()
    for (const [i, priority] of [7, 0xffff_ffff, 9].entries()) book.addHearsay(host(i), priority)
    book.closed(host(1), { at: 0, outcome: 'failed' })
    expect([next(book, 1e9), next(book, 1e9), next(book, 1e9)]).toEqual([host(2), host(0), host(1)])
  })

  test('is not hearsay any more when the user gives it too', () => {
    const book = new AddressBook()
    book.addHearsay(here)
    expect([book.isHearsay(here), book.isHearsay(there)]).toEqual([true, false])
    book.add(here)
    book.addHearsay(here)
    expect(book.isHearsay(here)).toBe(false)
    book.forgetHearsay()
    expect([next(book, 0), next(book, 0)]).toEqual([here, undefined])
  })

  test('is half of what is remembered at most, and takes no room from the user', () => {
    const book = new AddressBook()
    for (let i = 0; i < addressesMax; i++) book.addHearsay(host(i))
    expect(book.waiting).toBe(hearsayMax)
    for (let i = 0; i < addressesMax; i++) book.add({ host: `10.2.${i >> 8}.${i & 255}`, port: 1 })
    expect(book.waiting).toBe(addressesMax)
    for (let i = 0; i < hearsayMax; i++) book.closed({ host: `10.2.0.${i}`, port: 1 }, { at: 0, outcome: 'failed' })
    book.addHearsay(there)
    book.forgetHearsay()
    expect(book.waiting).toBe(addressesMax)
  })

  test('that is new takes the place of hearsay that failed, and of no other', () => {
    const book = new AddressBook()
    for (let i = 0; i < hearsayMax; i++) book.addHearsay(host(i))
    book.addHearsay(there)
    expect(book.waiting).toBe(hearsayMax)
    book.closed(host(7), { at: 0, outcome: 'failed' })
    book.addHearsay(there, 1)
    expect([book.waiting, next(book, 0)]).toEqual([hearsayMax, there])
  })

  test.each(['failed', 'unreached', 'encryption_refused'] as const)(
    'is forgotten when it leads nowhere three times in a row (%s)',
    (outcome) => {
      const book = new AddressBook()
      book.addHearsay(here)
      const fails = () => {
        next(book, 1e9)
        book.closed(here, { at: 0, outcome: outcome === 'encryption_refused' ? 'failed' : outcome })
      }
      if (outcome === 'encryption_refused') book.closed(here, { at: 0, outcome })
      fails()
      fails()
      expect(book.waiting).toBe(1)
      fails()
      expect(book.waiting).toBe(0)
    },
  )

  test.each(['idle', 'worked'] as const)('stays as long as a peer is there (%s)', (outcome) => {
    const book = new AddressBook()
    book.addHearsay(here)
    for (let dials = 0; dials < 5; dials++) book.closed(here, { at: 0, outcome })
    expect(next(book, 1e9)).toEqual(here)
  })

  test('that is forgotten is not dialled again, not when it was connected either', () => {
    const book = new AddressBook()
    book.addHearsay(here)
    book.addHearsay(there)
    next(book, 0)
    book.forgetHearsay()
    book.closed(here, { at: 0, outcome: 'worked' })
    expect([book.waiting, next(book, 1e9)]).toEqual([0, undefined])
  })
})

test('which addresses went because they are banned is remembered, of those that were known', () => {
  const book = new AddressBook()
  book.add(here)
  book.removeBanned(here)
  book.removeBanned(there)
  expect([book.waiting, book.banned]).toEqual([0, [here]])
})

describe('an address at which we met ourselves', () => {
  test('is not taken from peers again, in whatever spelling', () => {
    const book = new AddressBook()
    book.addHearsay({ host: '::ffff:10.0.0.1', port: 6881 })
    book.removeOurs(here)
    book.addHearsay(here)
    book.addHearsay({ ...here, port: 6882 })
    expect([book.waiting, next(book, 0)?.port]).toEqual([1, 6882])
  })

  test('is dialled once more when the user gives it', () => {
    const book = new AddressBook()
    book.removeOurs(here)
    book.add(here)
    expect(next(book, 0)).toEqual(here)
  })

  test('is forgotten after 50 others', () => {
    const book = new AddressBook()
    book.removeOurs(here)
    for (let port = 1; port < recentMax; port++) book.removeOurs({ ...there, port })
    book.addHearsay(here)
    expect(book.waiting).toBe(0)
    book.removeOurs({ ...there, port: recentMax })
    book.addHearsay(here)
    book.addHearsay({ ...there, port: 1 })
    expect([next(book, 0), next(book, 0)]).toEqual([here, undefined])
  })
})

test('the next to be due is the one with the wait that ends first, among those not connected', () => {
  const book = new AddressBook()
  expect(book.nextDue).toBeUndefined()
  book.add(here)
  expect(book.nextDue?.dueAt).toBe(0)
  book.next(0)
  expect(book.nextDue).toBeUndefined()
  book.closed(here, { at: 500, outcome: 'unreached' })
  expect(book.nextDue?.dueAt).toBe(1_500)
})

test('when all are to be tried again each is due at once and waits as after its first failure, but for those that are connected', () => {
  const book = new AddressBook()
  book.add(there)
  book.next(0)
  book.add(here)
  for (let tries = 0; tries < 6; tries++) {
    book.next(tries * 1e6)
    book.closed(here, { at: tries * 1e6, outcome: 'unreached' })
  }
  expect(next(book, 5e6)).toBeUndefined()
  book.retryAll()
  expect([next(book, 5e6), next(book, 5e6)]).toEqual([here, undefined])
  book.closed(here, { at: 5e6, outcome: 'unreached' })
  expect(book.nextDue?.dueAt).toBe(5e6 + 1_000)
})

test('it tells which addresses were given, set aside or not, and which peers told of', () => {
  const book = new AddressBook()
  const aside = { host: '10.9.9.9', port: 1 }
  const told = { host: '10.9.9.8', port: 1 }
  book.add(here)
  book.add(aside)
  book.addHearsay(told, 7)
  book.setAside(aside)
  expect(book.known).toEqual({ given: [here, aside], hearsay: [{ ...told, priority: 7 }] })
})
