import type { ActorRef, Snapshot } from 'xstate'
import type { Address, TransportKind } from '../../transport/transport.ts'
import type { ExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import type { PexContact } from '../../transport/wire/extended/ut-pex.ts'
import type { Layout } from '../layout.ts'
import type { ExtensionFault } from '../peer/vocabulary/close-reason.ts'
import type { PeerRef } from '../peer/vocabulary/events.ts'

/** An open connection, as extensions see it. */
export interface ExtensionPeer {
  /** Its number in the torrent, never used again. */
  readonly peer: number
  readonly address: Address
  readonly direction: 'in' | 'out'
  /** What carries its bytes. */
  readonly transport: TransportKind
  /** Its actor: `selectors` answer what is known of it. */
  readonly ref: PeerRef
  /** What its extended handshakes have said so far (BEP 10); undefined before the first. */
  readonly greeting: ExtendedHandshake | undefined
  /** Whether it takes messages of the extension. */
  readonly speaks: boolean
}

/** How messages of an extension are written: those we send, and those that come. */
export interface ExtensionCodec<Sent, Received = Sent> {
  encode(message: Sent): Uint8Array
  /** Undefined for bytes that are no message: their sender is closed as `remote.extension_malformed`. Never throws. */
  decode(payload: Uint8Array): Received | undefined
}

/** What an extension may do. */
export interface ExtensionHost<Message> {
  /**
   * Sends a message, if the peer takes them: as soon as its extended handshake has named the extension. A sender of much waits while
   * `selectors.isCongested` holds: a peer for which too much piles up is closed as `remote.not_reading`.
   */
  send(peer: ExtensionPeer, message: Message): void
  /** Ends the connection: the peer broke a rule of the extension. Default `extension_misused`. */
  fault(peer: ExtensionPeer, code?: ExtensionFault): void
  /** Tells the torrent what the extension found out: for those that come with peerchart. */
  tell(news: ExtensionNews): void
}

/**
 * What an extension listens to; each is called in the order things happened. One that throws over a peer ends that peer, and the
 * torrent emits `crashed`; a `tick` that throws leads the torrent to `failed`, and the extension is started anew with the torrent.
 */
export interface ExtensionHandlers<Message> {
  /** A connection has opened, whether it speaks the extension or not. */
  opened?(peer: ExtensionPeer): void
  /** Its extended handshake came, for the first time or again. */
  greeted?(peer: ExtensionPeer): void
  message?(peer: ExtensionPeer, message: Message): void
  /** A connection that was opened is over. */
  closed?(peer: ExtensionPeer): void
  /** Nobody answered at an address that we dialled. `toldBy`: the peers that told us of it (BEP 11), by number, the latest first. */
  unreached?(address: Address, toldBy: readonly number[]): void
  /** Once a second, while the torrent is active; `at` in milliseconds of its clock. */
  tick?(at: number): void
  /**
   * Once, as the last: the extension was removed or replaced, the torrent's actor has stopped, or a `tick` threw. The place to end
   * timers and files of its own; nothing can be sent any more. What it throws goes nowhere.
   */
  stopped?(): void
}

/** An extension of the peer protocol (BEP 10), ready to be added to torrents: `defineExtension` makes one. */
export interface Extension {
  /** Its name in `m`, such as `ut_pex`. */
  readonly name: string
  /**
   * Starts it on one torrent: takes what the torrent tells and does with it what `send` carries out. Called again when it, or what it
   * answered, threw and the torrent is started anew.
   */
  readonly start: (send: (wish: ExtensionWish) => void) => (event: ExtensionEvent) => void
}

/** What a torrent tells the actor of an extension. */
export type ExtensionEvent =
  | {
      readonly type: 'extension.opened'
      readonly peer: number
      /** As it stands before its extended handshake: one object for all extensions. */
      readonly connection: ExtensionPeer
    }
  | { readonly type: 'extension.greeted'; readonly peer: number; readonly greeting: ExtendedHandshake }
  /** `payload` is the extension's to keep. */
  | { readonly type: 'extension.message'; readonly peer: number; readonly payload: Uint8Array }
  | { readonly type: 'extension.closed'; readonly peer: number }
  | { readonly type: 'extension.unreached'; readonly address: Address; readonly toldBy: readonly number[] }
  | { readonly type: 'timer.tick'; readonly at: number }
  /** The last. */
  | { readonly type: 'extension.stopped' }

/** What the extensions that come with peerchart find out. */
export type ExtensionNews =
  /** Peers that a peer is connected to (BEP 11), checked to be worth dialling. */
  | { readonly type: 'pex.contacts'; readonly peer: number; readonly contacts: readonly PexContact[] }
  /** A peer says that the one at an address opens a uTP connection to us, and that we do the same (BEP 55). */
  | { readonly type: 'holepunch.connect'; readonly peer: number; readonly address: Address }
  /**
   * The metadata has come and was verified, and its store is open (BEP 9).
   * `bytes`: its length. `readOnly`: nothing can be written to the store; default false. `priorities`: which files its owner wants, one byte
   * a file, its place in `filePriorities`; default: what was saved, or `byDefault`, which is of the same kind and by default all.
   */
  | {
      readonly type: 'metadata.ready'
      readonly layout: Layout
      readonly bytes: number
      readonly name: string
      readonly isPrivate: boolean
      readonly readOnly?: boolean
      readonly priorities?: Uint8Array | undefined
      readonly byDefault?: Uint8Array | undefined
    }
  /** It has come and verified, and cannot be used: not a torrent we can hold, or its store does not open. */
  | { readonly type: 'metadata.failed'; readonly error: Error }
  /** These peers gave wrong metadata. */
  | { readonly type: 'metadata.corrupt'; readonly culprits: readonly number[] }

/** The actor of an extension runs. */
export interface ExtensionStarted {
  readonly type: 'extension.started'
  readonly name: string
  readonly ref: ExtensionRef
}

/** The code of an extension threw over what was no peer's doing: its actor is no more. */
export interface ExtensionEnded {
  readonly type: 'extension.ended'
  readonly ref: ExtensionRef
}

/** What the actor of an extension asks of its torrent. */
export type ExtensionWish =
  | { readonly type: 'extension.send'; readonly name: string; readonly peer: number; readonly payload: Uint8Array }
  | { readonly type: 'extension.fault'; readonly peer: number; readonly code: ExtensionFault }
  /** Its own code threw over what this peer said: a defect, which ends that peer and nothing else. */
  | { readonly type: 'extension.crashed'; readonly peer: number; readonly error: unknown }
  | ExtensionNews

/** The actor of an extension. */
export type ExtensionRef = ActorRef<Snapshot<unknown>, ExtensionEvent>

/** An extension that runs on a torrent, and the id under which its messages come. */
export interface RunningExtension {
  readonly name: string
  /** 1 to 255. */
  readonly id: number
  /** What its actor was made from. */
  readonly extension: Extension
  /** Its actor, as soon as that runs and until its code throws. */
  readonly ref: ExtensionRef | undefined
}
