/** In bytes, the valid UTF-8 sequence (RFC 3629) at `at`; 0 where none stands: overlong, a surrogate, past U+10FFFF, cut off, a stray byte. */
export const utf8SequenceLength = (bytes: Uint8Array, at: number): 0 | 1 | 2 | 3 | 4 => {
  const first = bytes[at] ?? 0xff
  if (first < 0x80) return 1
  const second = bytes[at + 1] ?? 0
  if (first < 0xe0) return first >= 0xc2 && isContinuation(second) ? 2 : 0
  // The first byte narrows what the second may be: this is where overlong forms, surrogates and U+110000 fall out.
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (first > 0xf4 || second < least || second > most || !isContinuation(bytes[at + 2])) return 0
  if (first < 0xf0) return 3
  return isContinuation(bytes[at + 3]) ? 4 : 0
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x80 && byte <= 0xbf

/** The code point of a valid sequence of that length. */
export const codePointAt = (bytes: Uint8Array, at: number, length: 1 | 2 | 3 | 4): number => {
  const first = bytes[at] ?? 0
  let point = length === 1 ? first : first & (0x7f >> length)
  for (let i = 1; i < length; i++) point = (point << 6) | ((bytes[at + i] ?? 0) & 0x3f)
  return point
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** As text; undefined when it is not UTF-8. */
export const strictText = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** As text, each bad byte as U+FFFD or part of one. */
export const lenientText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
