import { readU32 } from '../wire/bytes.ts'
import { concat, readU16, u16, u32 } from './bytes.ts'
import { type CryptoMethod, methodsInBits, methodsToBits } from './crypto-method.ts'
import { hashBytes, keyA, keyB, req1, req3, xor } from './hashes.ts'
import { createKeyPair, type RandomBytes } from './key-exchange.ts'
import { Negotiation } from './negotiation.ts'
import { padBytesMax, randomPadding, requirePadding } from './padding.ts'
import { Rc4 } from './rc4.ts'
import {
  established,
  failed,
  plaintextHeader,
  readPublicKey,
  readThrough,
  readUnlikeHeader,
  type Script,
  vc,
} from './script.ts'

/**
 * The longest initial payload a responder takes. The format allows 65535 bytes; libtorrent closes above 68, a handshake, so
 * nobody counts on more. This leaves room for the messages that usually follow one.
 */
export const initialPayloadBytesMax = 4096

/** What the accepting side decides, when it is asked. */
export interface ResponderOptions {
  /** The info hash whose `req2` this is, as `SkeyTable.find`; undefined when we do not serve that torrent. */
  readonly lookup: (req2: Uint8Array) => Uint8Array | undefined
  /** Chooses among the methods the initiator offers. Undefined, or one that is not among them: there is none in common. */
  readonly select: (offered: readonly CryptoMethod[]) => CryptoMethod | undefined
  /** PadD, at most 512 bytes. Transmission sends none, others random bytes. */
  readonly padding: Uint8Array
  /** For the private key, 20 bytes, and then for PadB: 2 for its length, and itself. Asked only once the remote speaks MSE. */
  readonly randomBytes: RandomBytes
}

/** The side of MSE that accepts. Throws a RangeError for options out of range. */
export function respond(options: ResponderOptions): Negotiation {
  requirePadding(options.padding)
  return new Negotiation(script(options))
}

function* script({ lookup, select, padding, randomBytes }: ResponderOptions): Script {
  const start = yield* readUnlikeHeader()
  if (start === undefined) return plaintextHeader

  yield { type: 'key_exchange' }
  const remoteKey = yield* readPublicKey(start)
  const pair = createKeyPair(randomBytes)
  const secret = pair.secretWith(remoteKey)
  if (secret === undefined) return failed('bad_public_key', 'the public key is degenerate')
  yield { type: 'write', bytes: concat([pair.publicKey, randomPadding(randomBytes)]) }

  yield { type: 'synchronising' }
  if (!(yield* readThrough(req1(secret), padBytesMax))) {
    return failed('sync_not_found', `no req1 hash in the ${padBytesMax + hashBytes} bytes behind the public key`)
  }
  const infoHash = lookup(xor(yield hashBytes, req3(secret)))
  if (infoHash === undefined) return failed('unknown_torrent', 'nobody here serves the torrent it asks for')

  yield { type: 'selecting' }
  const decrypt = new Rc4(keyA(secret, infoHash))
  const header = yield vc.length + 4 + 2
  decrypt.apply(header)
  if (!vc.every((zero, i) => header[i] === zero)) return failed('bad_vc', 'the VC is not eight zeros')
  const provided = readU32(header, vc.length)
  const padBytes = readU16(header, vc.length + 4)
  const offered = methodsInBits(provided)
  const method = select(offered)
  if (method === undefined || !offered.includes(method)) {
    return failed('no_common_method', `crypto_provide is ${provided}`)
  }
  if (padBytes > padBytesMax) return failed('bad_padding_length', `PadC is announced with ${padBytes} bytes`)
  decrypt.apply(yield padBytes)

  const length = yield 2
  decrypt.apply(length)
  const payloadBytes = readU16(length, 0)
  if (payloadBytes > initialPayloadBytesMax) {
    return failed('initial_payload_too_long', `an initial payload is announced with ${payloadBytes} bytes`)
  }
  const initialPayload = yield payloadBytes
  decrypt.apply(initialPayload)

  const encrypt = new Rc4(keyB(secret, infoHash))
  const sealed = concat([vc, u32(methodsToBits([method])), u16(padding.length), padding])
  encrypt.apply(sealed)
  yield { type: 'write', bytes: sealed }

  const streams = method === 'rc4' ? { method, encrypt, decrypt } : { method }
  return established({ ...streams, infoHash, initialPayload })
}
