/** How the payload travels after an MSE handshake: in the clear, or through RC4. */
export type CryptoMethod = 'plaintext' | 'rc4'

const bits: Readonly<Record<CryptoMethod, number>> = { plaintext: 1, rc4: 2 }
const methods: readonly CryptoMethod[] = ['plaintext', 'rc4']

/** The bit field that says `offered`, for crypto_provide; with one method, for crypto_select. */
export function methodsToBits(offered: readonly CryptoMethod[]): number {
  return offered.reduce((field, method) => field | bits[method], 0)
}

/** The methods in a crypto_provide. Bits without a meaning here are ignored. */
export function methodsInBits(field: number): readonly CryptoMethod[] {
  return methods.filter((method) => (field & bits[method]) !== 0)
}

/** The method a crypto_select names: undefined unless the field is that method's bit and nothing else. */
export function methodOfBits(field: number): CryptoMethod | undefined {
  return methods.find((method) => field === bits[method])
}
