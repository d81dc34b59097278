import { expect, test } from 'vitest'
import { wishesFor, wishOf } from '../../../inspector/page/sendable.ts'

const types = (role: 'peer' | 'torrent' | 'transport', allow: readonly string[]) =>
  wishesFor(role, allow).map(({ type }) => type)

test('an actor is offered what the program allows and its role takes', () => {
  const allow = ['torrent.choke', 'torrent.pause']
  expect(types('peer', allow)).toEqual(['torrent.choke'])
  expect(types('torrent', allow)).toEqual(['torrent.pause'])
  expect(types('peer', [])).toEqual([])
})

test('an event that the page does not know is offered to those that take events of others', () => {
  expect(types('peer', ['my.event'])).toEqual(['my.event'])
  expect(types('transport', ['my.event'])).toEqual([])
})

test('an event has the fields that were written, and no other type than was chosen', () => {
  expect(wishOf(7, 'torrent.close', '{"code":"requested","type":"torrent.pause"}')).toEqual({
    to: 7,
    event: { type: 'torrent.close', code: 'requested' },
  })
  expect(wishOf(7, 'torrent.choke', ' ')).toEqual({ to: 7, event: { type: 'torrent.choke' } })
  expect(() => wishOf(7, 'torrent.choke', '[1]')).toThrow('no JSON object')
  expect(() => wishOf(7, 'torrent.choke', '{')).toThrow('JSON')
})
