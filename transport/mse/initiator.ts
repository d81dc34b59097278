import { readU32 } from '../wire/bytes.ts'
import { protocolHeader } from '../wire/handshake.ts'
import { concat, readU16, u16, u32 } from './bytes.ts'
import { type CryptoMethod, methodOfBits, methodsToBits } from './crypto-method.ts'
import { keyA, keyB, req1, req2, req3, requireInfoHash, xor } from './hashes.ts'
import { createKeyPair, type KeyPair, type RandomBytes } from './key-exchange.ts'
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

/** What the dialling side decides beforehand. */
export interface InitiatorOptions {
  /** The torrent it dials for: 20 bytes, the truncated hash for v2. */
  readonly infoHash: Uint8Array
  /** The methods the remote may select, at least one. */
  readonly offer: readonly CryptoMethod[]
  /**
   * The beginning of our payload, which saves a round trip: the 68 bytes of our handshake, or nothing. Always encrypted.
   * At most 65535 bytes, of which libtorrent takes 68.
   */
  readonly initialPayload: Uint8Array
  /** PadC, at most 512 bytes. Transmission sends none, others random bytes. */
  readonly padding: Uint8Array
  /** Our key pair, whatever its public key begins with. If not said, one is drawn whose key is not like a handshake's beginning. */
  readonly pair?: KeyPair
  /** For the private key, 20 bytes a draw, unless `pair` is said, and then for PadA: 2 for its length, and itself. */
  readonly randomBytes: RandomBytes
}

/** So often a key is drawn. That the last one begins like a handshake, too, comes about once in 2^32. */
const drawsMax = 4

/** The side of MSE that dials. Throws a RangeError for options out of range. */
export function initiate(options: InitiatorOptions): Negotiation {
  requireInfoHash(options.infoHash)
  requirePadding(options.padding)
  if (options.offer.length === 0) throw new RangeError('an initiator offers at least one method')
  if (options.initialPayload.length > 0xffff) {
    throw new RangeError(`an initial payload of ${options.initialPayload.length} bytes is longer than 65535`)
  }
  return new Negotiation(script(options))
}

/**
 * Draws a key pair. MSE allows any public key, and libtorrent (`bt_peer_connection::on_receive_impl`) and Transmission from 4.0 on (`read_handshake`)
 * tell one from a handshake in the clear by all 20 bytes of its header. Transmission up to 3.00 looks at the first byte alone (`readHandshake`:
 * `pstrlen == 19`) and closes, so a key that begins with it, one in 256, is drawn again. None of them does so itself.
 */
export function drawPair(randomBytes: RandomBytes): KeyPair {
  for (let draw = 1; ; draw++) {
    const pair = createKeyPair(randomBytes)
    if (pair.publicKey[0] !== protocolHeader[0] || draw === drawsMax) return pair
  }
}

function* script(options: InitiatorOptions): Script {
  const { infoHash, offer, initialPayload, padding, randomBytes } = options
  const pair = options.pair ?? drawPair(randomBytes)
  yield { type: 'write', bytes: concat([pair.publicKey, randomPadding(randomBytes)]) }

  yield { type: 'key_exchange' }
  const start = yield* readUnlikeHeader()
  if (start === undefined) return plaintextHeader
  const secret = pair.secretWith(yield* readPublicKey(start))
  if (secret === undefined) return failed('bad_public_key', 'the public key is degenerate')

  const encrypt = new Rc4(keyA(secret, infoHash))
  const decrypt = new Rc4(keyB(secret, infoHash))
  const offered = u32(methodsToBits(offer))
  const sealed = concat([vc, offered, u16(padding.length), padding, u16(initialPayload.length), initialPayload])
  encrypt.apply(sealed)
  yield { type: 'write', bytes: concat([req1(secret), xor(req2(infoHash), req3(secret)), sealed]) }

  yield { type: 'synchronising' }
  const sealedVc = vc.slice()
  decrypt.apply(sealedVc)
  if (!(yield* readThrough(sealedVc, padBytesMax))) {
    return failed('sync_not_found', `no encrypted VC in the ${padBytesMax + vc.length} bytes behind the public key`)
  }

  yield { type: 'selecting' }
  const header = yield 4 + 2
  decrypt.apply(header)
  const selected = readU32(header, 0)
  const padBytes = readU16(header, 4)
  const method = methodOfBits(selected)
  if (method === undefined || !offer.includes(method)) {
    return failed('bad_selection', `crypto_select is ${selected} where ${methodsToBits(offer)} was offered`)
  }
  if (padBytes > padBytesMax) return failed('bad_padding_length', `PadD is announced with ${padBytes} bytes`)
  decrypt.apply(yield padBytes)

  const streams = method === 'rc4' ? { method, encrypt, decrypt } : { method }
  return established({ ...streams, infoHash, initialPayload: new Uint8Array(0) })
}
