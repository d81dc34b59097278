import { describe, expect, test } from 'vitest'
import { AddressBook, addressesMax } from '../../../machines/torrent/address-book.ts'

const here = { host: '10.0.0.1', port: 6881 }
const there = { host: '10.0.0.2', port: 6881 }

describe('an address', () => {
  test('is due at once, in the order it was added, and only once while it is connected', () => {
    const book = new AddressBook()
    book.add(here)
    book.add(there)
    expect([book.next(0), book.next(0), book.next(1e9)]).toEqual([here, there, undefined])
  })

  test('that is known already is not added again, also while it is connected', () => {
    const book = new AddressBook()
    book.add(here)
    book.add({ ...here })
    expect([book.next(0), book.next(0)]).toEqual([here, undefined])
    book.add(here)
    expect(book.next(1e9)).toBeUndefined()
  })

  test('is another one on another port', () => {
    const book = new AddressBook()
    book.add(here)
    book.add({ ...here, port: 6882 })
    expect([book.next(0)?.port, book.next(0)?.port]).toEqual([6881, 6882])
  })

  test('waits longer after each failure in a row: 1, 5, 15, 30, 60, 120 and then always 300 s', () => {
    const book = new AddressBook()
    book.add(here)
    let at = 0
    for (const seconds of [1, 5, 15, 30, 60, 120, 300, 300]) {
      expect(book.next(at)).toEqual(here)
      book.closed(here, { at, worked: false })
      expect(book.next(at + seconds * 1_000 - 1)).toBeUndefined()
      at += seconds * 1_000
    }
  })

  test('waits one second after a connection that worked, whatever was before', () => {
    const book = new AddressBook()
    book.add(here)
    for (let i = 0; i < 5; i++) book.closed(here, { at: 0, worked: false })
    book.closed(here, { at: 1_000_000, worked: true })
    expect(book.next(1_000_999)).toBeUndefined()
    expect(book.next(1_001_000)).toEqual(here)
  })

  test('that was removed is never due again, not when its connection closes either', () => {
    const book = new AddressBook()
    book.add(here)
    book.next(0)
    book.remove(here)
    book.closed(here, { at: 0, worked: true })
    expect(book.next(1e9)).toBeUndefined()
  })

  test('beyond the bound is not taken, until there is room', () => {
    const book = new AddressBook()
    for (let i = 0; i < addressesMax + 10; i++) book.add({ host: `10.1.${i >> 8}.${i & 255}`, port: 1 })
    let due = 0
    while (book.next(0)) due++
    expect(due).toBe(addressesMax)
    book.remove({ host: '10.1.0.0', port: 1 })
    book.add(here)
    expect(book.next(0)).toEqual(here)
  })
})
