import { describe, expect, test } from 'vitest'
import { greetingTo } from '../../../../machines/peer/talk/greeting.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import type { ExtendedHandshake } from '../../../../transport/wire/extended/handshake.ts'
import { Drive, opening, openPeer } from '../drive.ts'

const payload = Uint8Array.of(1, 2, 3)
const says = (handshake: ExtendedHandshake): PeerEvent => ({ type: 'wire.extended_handshake', handshake })
const comes = (id: number): PeerEvent => ({ type: 'wire.extended', id, payload })
const wish = (name: string): PeerEvent => ({ type: 'torrent.extended', name, payload })

/** We take ut_metadata as 3, they take it as 7. */
const greeting = { m: { ut_metadata: 3, ut_pex: 1 }, reqq: 500 }
const acquainted = () => {
  const peer = openPeer({ greeting })
  peer.take(says({ m: { ut_metadata: 7 } }))
  return peer
}

describe('the extended handshake of the remote (BEP 10)', () => {
  test('is kept and told', () => {
    const peer = openPeer()
    const handshake = { v: 'other 2', reqq: 80 }
    expect(peer.value.extended).toBe('awaiting_handshake')
    expect(peer.take(says(handshake)).told).toEqual([{ type: 'peer.extended_handshake', peer: 7, handshake }])
    expect(peer.context.remoteGreeting).toEqual(handshake)
    expect(peer.value.extended).toBe('ready')
  })

  test('may come again, and then changes only what it names; all that is known is told', () => {
    const peer = openPeer()
    peer.take(says({ v: 'other 2', reqq: 80, m: { ut_pex: 1 } }))
    const handshake = { v: 'other 3', reqq: 80, m: { ut_pex: 1, ut_metadata: 2 } }
    expect(peer.take(says({ v: 'other 3', m: { ut_metadata: 2 } })).told).toEqual([
      { type: 'peer.extended_handshake', peer: 7, handshake },
    ])
    expect(peer.value).toMatchObject({ handshake: 'open', extended: 'ready' })
  })

  test('may come before the bitfield', () => {
    const peer = openPeer()
    peer.take(says({}), { type: 'wire.have_all' })
    expect(peer.value).toMatchObject({ handshake: 'open', availability: 'complete', extended: 'ready' })
  })
})

describe('messages of extensions', () => {
  test('come under our ids and are told by name', () => {
    expect(acquainted().take(comes(3)).told).toEqual([{ type: 'peer.extended', peer: 7, name: 'ut_metadata', payload }])
  })

  test('go out under the ids of the remote', () => {
    expect(acquainted().take(wish('ut_metadata')).sent).toEqual([{ type: 'send.extended', id: 7, payload }])
  })

  test('under an id that is only the remote’s are passed over, and so are unknown ones', () => {
    const peer = acquainted()
    expect(peer.take(comes(7), comes(99)).told).toEqual([])
    expect(peer.value.handshake).toBe('open')
  })

  test.each(['ut_pex', 'constructor', '__proto__', 'toString'])(
    '%s is not sent to a remote that has not named it',
    (name) => {
      expect(acquainted().take(wish(name)).sent).toEqual([])
    },
  )

  test('are not sent any more once the remote has disabled them: an id of 0', () => {
    const peer = acquainted()
    peer.take(says({ m: { ut_metadata: 0 } }))
    expect(peer.take(wish('ut_metadata')).sent).toEqual([])
    peer.take(says({ m: { ut_metadata: 9 } }))
    expect(peer.take(wish('ut_metadata')).sent).toEqual([{ type: 'send.extended', id: 9, payload }])
  })

  test('are not heard any more once we take none: our id of 0', () => {
    const peer = acquainted()
    peer.take({ type: 'torrent.greet', greeting: { m: { ut_metadata: 0, ut_pex: 1 } } })
    expect(peer.take(comes(3), comes(0)).told).toEqual([])
  })

  test('before its extended handshake are neither heard nor sent', () => {
    const peer = openPeer({ greeting })
    const { told, sent } = peer.take(comes(3), wish('ut_metadata'))
    expect([told, sent]).toEqual([[], []])
    expect(peer.value).toMatchObject({ handshake: 'open', extended: 'awaiting_handshake' })
  })

  test('from a remote that greets us, while we never greeted, belong to no extension', () => {
    const peer = openPeer()
    peer.take(says({ m: { ut_pex: 1 } }))
    expect(peer.take(comes(1)).told).toEqual([])
  })
})

describe('what our extended handshake says', () => {
  const later = { ...greeting, metadataSize: 31_235 }

  test('is said again when it changes', () => {
    const peer = acquainted()
    expect(peer.take({ type: 'torrent.greet', greeting: later }).sent).toEqual([
      { type: 'send.extended_handshake', handshake: greetingTo('10.0.0.2', later) },
    ])
    expect(peer.context.greeting).toEqual(later)
  })

  test('before the connection is open is said when it opens, once', () => {
    const peer = new Drive({ greeting })
    expect(peer.take({ type: 'torrent.greet', greeting: later }).sent).toEqual([])
    const { sent } = peer.take(...opening())
    expect(sent.filter(({ type }) => type === 'send.extended_handshake')).toEqual([
      { type: 'send.extended_handshake', handshake: greetingTo('10.0.0.2', later) },
    ])
  })

  test('is not sent to a remote that lacks BEP 10, nor after the end', () => {
    const peer = openPeer({ greeting, features: { extended: false } })
    expect(peer.take({ type: 'torrent.greet', greeting: later }).sent).toEqual([])
    const ended = acquainted()
    ended.take({ type: 'torrent.close', code: 'stopped' })
    expect(ended.take({ type: 'torrent.greet', greeting: later }, wish('ut_metadata')).sent).toEqual([])
  })
})

describe('without BEP 10 in both handshakes its messages are faults', () => {
  test.each([says({}), comes(3)])('$type', (message) => {
    const peer = openPeer({ greeting, features: { extended: false } })
    const { told } = peer.take(message)
    expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'extended_not_negotiated' })
    expect(told).toMatchObject([{ type: 'peer.reputation', reputation: 90 }, { type: 'peer.closing' }])
  })
})

describe('a remote that downloads nothing (BEP 21)', () => {
  const typesOf = (peer: Drive, event: PeerEvent) => peer.take(event).told.map(({ type }) => type)

  test('says so in its extended handshake, and each change is told once', () => {
    const peer = openPeer()
    expect(peer.take(says({ uploadOnly: true })).told).toMatchObject([
      { type: 'peer.extended_handshake' },
      { type: 'peer.upload_only', peer: 7, uploadOnly: true },
    ])
    expect(peer.context.uploadOnly).toBe(true)
    expect(typesOf(peer, says({ uploadOnly: true }))).toEqual(['peer.extended_handshake'])
    expect(typesOf(peer, says({ uploadOnly: false }))).toEqual(['peer.extended_handshake', 'peer.upload_only'])
    expect(peer.context.uploadOnly).toBe(false)
  })

  test('says so by an extension, and a handshake that is silent on it takes nothing back', () => {
    const peer = acquainted()
    const note = { type: 'torrent.note_upload_only', uploadOnly: true } as const
    expect(peer.take(note).told).toEqual([{ type: 'peer.upload_only', peer: 7, uploadOnly: true }])
    expect(peer.take(note).told).toEqual([])
    peer.take(says({ v: 'other 4' }))
    expect(peer.context.uploadOnly).toBe(true)
  })

  test('a remote that never says so is not told of, nor one that says no at first', () => {
    expect(typesOf(openPeer(), says({}))).toEqual(['peer.extended_handshake'])
    expect(typesOf(openPeer(), says({ uploadOnly: false }))).toEqual(['peer.extended_handshake'])
  })
})
