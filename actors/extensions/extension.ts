import { type CallbackActorLogic, fromCallback } from 'xstate'
import type {
  Extension,
  ExtensionCodec,
  ExtensionEvent,
  ExtensionHandlers,
  ExtensionHost,
  ExtensionPeer,
} from '../../machines/extensions/extension.ts'
import type { ExtensionInput } from '../../machines/torrent/vocabulary/actor-inputs.ts'
import { requireObject } from '../../transport/require.ts'
import { type BencodeInput, type BencodeValue, decodeBencode, encodeBencode } from '../../transport/wire/bencode.ts'

/** What an extension is made of. */
export interface ExtensionDefinition<Sent, Received = Sent> {
  /** Its name in `m` (BEP 10): by custom two letters of the client that made it up, `_`, and what it does. */
  readonly name: string
  readonly codec: ExtensionCodec<Sent, Received>
  /**
   * Called once a torrent it is added to, and again when that is started after a `tick`, or `start` itself, threw; answers what it listens
   * to there. When it throws, the torrent is `failed`.
   */
  readonly start: (host: ExtensionHost<Sent>) => ExtensionHandlers<Received>
}

/**
 * Messages in bencode. What comes is as `decodeBencode` gives it: strings are bytes. Bytes behind the value are passed over, and
 * more than `bencodeValuesMax` values are malformed.
 */
export const bencoded: ExtensionCodec<BencodeInput, BencodeValue> = {
  encode: encodeBencode,
  decode: (payload) => decodeBencode(payload)?.value,
}

/** What concerns one peer. */
type PeerEventOfExtension = Exclude<
  ExtensionEvent,
  { type: 'timer.tick' | 'extension.unreached' | 'extension.stopped' }
>

/**
 * Makes an extension that `torrent.addExtension` takes; its codec may be `bencoded`. Throws a RangeError for an
 * empty name, and a TypeError for what has no codec and no start.
 */
export function defineExtension<Sent, Received = Sent>(definition: ExtensionDefinition<Sent, Received>): Extension {
  requireObject('an extension', definition)
  const { name, codec, start } = definition
  if (typeof name !== 'string' || name === '') throw new RangeError('an extension has a name')
  const functions = [start, codec?.encode, codec?.decode]
  if (functions.some((one) => typeof one !== 'function')) {
    throw new TypeError('an extension has a codec, with encode and decode, and a function start')
  }
  return {
    name,
    start(wish) {
      const peers = new Map<number, ExtensionPeer>()
      const host: ExtensionHost<Sent> = {
        send({ peer }, message) {
          if (peers.get(peer)?.speaks) wish({ type: 'extension.send', name, peer, payload: codec.encode(message) })
        },
        fault({ peer }, code = 'extension_misused') {
          wish({ type: 'extension.fault', peer, code })
        },
        tell: wish,
      }
      const handlers = start(host)
      const hear = (known: ExtensionPeer, event: PeerEventOfExtension) => {
        switch (event.type) {
          case 'extension.opened':
            handlers.opened?.(known)
            break
          case 'extension.greeted':
            handlers.greeted?.(known)
            break
          case 'extension.closed':
            handlers.closed?.(known)
            break
          case 'extension.message': {
            const message = codec.decode(event.payload)
            if (message === undefined) host.fault(known, 'extension_malformed')
            else handlers.message?.(known, message)
          }
        }
      }
      return (event) => {
        if (event.type === 'timer.tick') {
          handlers.tick?.(event.at)
          return
        }
        if (event.type === 'extension.unreached') {
          handlers.unreached?.(event.address, event.toldBy)
          return
        }
        if (event.type === 'extension.stopped') {
          peers.clear()
          handlers.stopped?.()
          return
        }
        const known = follow(peers, name, event)
        if (!known) return
        try {
          hear(known, event)
        } catch (error) {
          wish({ type: 'extension.crashed', peer: known.peer, error })
        }
      }
    },
  }
}

/** The actor of an extension, as a torrent spawns it. */
export const extensionLogic: CallbackActorLogic<ExtensionEvent, ExtensionInput> = fromCallback<
  ExtensionEvent,
  ExtensionInput
>(({ input: { extension, owner }, receive, self }) => {
  let isOver = false
  const hear = extension.start((wish) => {
    if (!isOver) owner.send(wish)
  })
  owner.send({ type: 'extension.started', name: extension.name, ref: self })
  const end = () => {
    isOver = true
    try {
      hear({ type: 'extension.stopped' })
    } catch {
      // It is over, and nobody is left to be told of it.
    }
  }
  receive((event) => {
    try {
      hear(event)
    } catch (error) {
      // XState calls no cleanup of an actor that throws.
      end()
      owner.send({ type: 'extension.ended', ref: self })
      throw error
    }
  })
  return end
})

/** Keeps the peers as events tell of them; answers the one the event is about. */
function follow(
  peers: Map<number, ExtensionPeer>,
  name: string,
  event: PeerEventOfExtension,
): ExtensionPeer | undefined {
  if (event.type === 'extension.opened') peers.set(event.peer, event.connection)
  const known = peers.get(event.peer)
  if (event.type === 'extension.greeted' && known) {
    const speaks = Object.entries(event.greeting.m ?? {}).some(([own, id]) => own === name && id > 0)
    peers.set(event.peer, { ...known, greeting: event.greeting, speaks })
  }
  if (event.type === 'extension.closed') peers.delete(event.peer)
  return peers.get(event.peer) ?? known
}
