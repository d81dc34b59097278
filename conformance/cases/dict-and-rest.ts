import { decodeBencode, isBencodeDict } from '../../transport/wire/bencode.ts'

/** A bencoded dictionary, and the bytes behind it: undefined where the bytes do not begin with one. */
export const dictAndRest = (payload: Uint8Array) => {
  const found = decodeBencode(payload)
  return {
    dict: found && isBencodeDict(found.value) ? found.value : undefined,
    rest: payload.subarray(found?.length ?? 0),
  }
}
