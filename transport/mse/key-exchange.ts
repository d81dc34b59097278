import { createDiffieHellman, type DiffieHellman } from 'node:crypto'

/** Bytes that nobody can predict: `randomBytes` of `node:crypto`, or a replay in a test. A call answers exactly `length` bytes. */
export type RandomBytes = (length: number) => Uint8Array

/** Public keys and secrets are 768 bits, with their leading zeros, on the wire and in every hash. */
export const keyBytes = 96

/** 160 random bits; more than 180 add nothing at this size of the prime (MSE). */
export const privateKeyBytes = 20

const prime = Buffer.from(
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74' +
    '020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437' +
    '4fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563',
  'hex',
)
const generator = 2
const lastButOne = Buffer.from(prime)
lastButOne[keyBytes - 1] = (prime[keyBytes - 1] as number) - 1
const one = Buffer.alloc(keyBytes)
one[keyBytes - 1] = 1

/** Our half of one Diffie-Hellman exchange. */
export interface KeyPair {
  /** `keyBytes` long. */
  readonly publicKey: Uint8Array
  /**
   * The secret shared with the owner of `remoteKey`, `keyBytes` long; undefined for a key that would make it a known number:
   * 0, 1, one less than the prime, and what is not below the prime.
   */
  secretWith(remoteKey: Uint8Array): Uint8Array | undefined
}

/**
 * Makes a key pair from `privateKeyBytes` random bytes: about 0.06 ms, and as much again for its secret; at first 0.2 ms. `powers`: by what;
 * those of the process if not said.
 */
export function createKeyPair(randomBytes: RandomBytes, powers: Powers = shared): KeyPair {
  const privateKey = randomBytes(privateKeyBytes)
  return {
    publicKey: padded(powers.ofGenerator(privateKey)),
    secretWith: (remoteKey) => (isDegenerate(remoteKey) ? undefined : padded(powers.of(remoteKey, privateKey))),
  }
}

/**
 * To make an object of `node:crypto` for these keys tests the prime, 20 to 30 ms, in which nothing else happens: the first connections would
 * wait for that, and a program with few connections never earns it back. So the first powers are computed by BigInt arithmetic, which takes
 * 0.2 ms each, four times as long. A program with more connections waits once for the test, at the first power behind these.
 */
export const bigIntPowersMax = 64

/** Powers modulo the prime: the first by BigInt arithmetic, later ones by one object of `node:crypto`, which is made then. */
export class Powers {
  readonly #makeObject: () => DiffieHellman
  #count = 0
  #object: DiffieHellman | undefined

  /** `makeObject`: makes the object of `node:crypto`. */
  constructor(makeObject: () => DiffieHellman = () => createDiffieHellman(prime, generator)) {
    this.#makeObject = makeObject
  }

  /** The generator to the power of a private key; leading zeros may be missing. */
  ofGenerator(privateKey: Uint8Array): Uint8Array {
    return this.#calculator(privateKey)?.generateKeys() ?? power(BigInt(generator), privateKey)
  }

  /** A remote key to the power of a private key, likewise. */
  of(remoteKey: Uint8Array, privateKey: Uint8Array): Uint8Array {
    return this.#calculator(privateKey)?.computeSecret(remoteKey) ?? power(numberOf(remoteKey), privateKey)
  }

  /** One object for every later power, given the private key right before each use; undefined for the first ones. */
  #calculator(privateKey: Uint8Array): DiffieHellman | undefined {
    if (this.#count < bigIntPowersMax) {
      this.#count++
      return undefined
    }
    this.#object ??= this.#makeObject()
    this.#object.setPrivateKey(privateKey)
    return this.#object
  }
}

const shared = new Powers()

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

const modulus = numberOf(prime)

/** `base` to the power of a number, modulo the prime. */
function power(base: bigint, exponent: Uint8Array): Uint8Array {
  let product = 1n
  for (const byte of exponent) {
    for (let bit = 7; bit >= 0; bit--) {
      product = (product * product) % modulus
      if ((byte >> bit) & 1) product = (product * base) % modulus
    }
  }
  return Buffer.from(product.toString(16).padStart(2 * keyBytes, '0'), 'hex')
}

function isDegenerate(key: Uint8Array): boolean {
  return key.length !== keyBytes || Buffer.compare(key, one) <= 0 || Buffer.compare(key, lastButOne) >= 0
}

/** OpenSSL leaves out a number's leading zeros. */
function padded(number: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(keyBytes)
  bytes.set(number, keyBytes - number.length)
  return bytes
}
