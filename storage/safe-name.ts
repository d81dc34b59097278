import { codePointAt, lenientText, utf8SequenceLength } from './utf8.ts'

/** In bytes of UTF-8: what ext4, NTFS, APFS and the rest hold in a name. */
export const nameBytesMax = 255

/** In bytes: where libtorrent cuts a name that is too long, and how much of its end, the dot included, it takes for the extension. */
const shortenedBytes = 240
const extensionBytesMax = 9

const dot = 0x2e
const slash = 0x2f
const backslash = 0x5c
const space = 0x20
const underscore = 0x5f

/** A part of a path, fit to be joined to a folder. */
export interface SafeName {
  /** Empty when nothing is left of it. */
  readonly name: string
  /** Whether the torrent has it otherwise. */
  readonly isChanged: boolean
}

/**
 * Makes a name of one part of a path, libtorrent's where libtorrent has one that a disk can hold. Slashes of both kinds, NUL and marks
 * that turn the direction of writing are left out; `_` stands for each byte that is not UTF-8, each other control character, and a
 * part that is empty. Of `.` and `..` nothing is left. More than 255 bytes are cut to 240 at a character, and an extension of up to
 * 8 letters is put behind. On Windows `_` also stands for what no name may hold there, and before the name of a device; dots and
 * spaces at its end are left out.
 *
 * @param platform whose files it shall name.
 */
export const safeName = (part: Uint8Array, platform: NodeJS.Platform): SafeName => {
  if (part.length === 0) return { name: '_', isChanged: true }
  const isForWindows = platform === 'win32'
  let bytes = sanitized(part, isForWindows)
  // Not three: that is a name like any other.
  if (bytes.length <= 2 && bytes.every((byte) => byte === dot)) return { name: '', isChanged: true }
  if (isForWindows) bytes = noDevice(withoutEnd(bytes))
  if (bytes.length > nameBytesMax) bytes = shortened(bytes)
  if (isForWindows) bytes = withoutEnd(bytes)
  return { name: lenientText(bytes), isChanged: Buffer.compare(bytes, part) !== 0 }
}

/** Whether a text of printable ASCII is for sure a name as it stands, as all but a few are. */
export const isSafeName = (ascii: string, platform: NodeJS.Platform): boolean =>
  platform !== 'win32' &&
  ascii.length > 0 &&
  ascii.length <= nameBytesMax &&
  ascii[0] !== '.' &&
  !ascii.includes('/') &&
  !ascii.includes('\\')

/** Valid UTF-8, never longer than what it was. */
const sanitized = (part: Uint8Array, isForWindows: boolean): Uint8Array => {
  const kept = new Uint8Array(part.length)
  let size = 0
  for (let at = 0; at < part.length; ) {
    const length = utf8SequenceLength(part, at)
    const point = length === 0 ? undefined : codePointAt(part, at, length)
    if (point === undefined || isReplaced(point, isForWindows)) kept[size++] = underscore
    else if (!isLeftOut(point)) for (let i = 0; i < length; i++) kept[size++] = part[at + i] ?? 0
    at += length || 1
  }
  return kept.subarray(0, size)
}

/** Both slashes on every system: a torrent that is harmless here must not climb elsewhere. */
const isLeftOut = (point: number): boolean =>
  point === 0 || point === slash || point === backslash || isBidiControl(point)

/** A mark that turns the direction of writing (Unicode, Bidi_Control): it makes `exe.txt` of `txt.exe`. */
const isBidiControl = (point: number): boolean =>
  point === 0x061c ||
  point === 0x200e ||
  point === 0x200f ||
  (point >= 0x202a && point <= 0x202e) ||
  (point >= 0x2066 && point <= 0x2069)

const isReplaced = (point: number, isForWindows: boolean): boolean =>
  (point > 0 && point < space) || (point >= 0x7f && point <= 0x9f) || (isForWindows && windowsForbids.includes(point))

const windowsForbids: readonly number[] = Array.from('<>:"|?*', (character) => character.charCodeAt(0))

/** Cut at a character, its extension kept where that is short. */
const shortened = (bytes: Uint8Array): Uint8Array => {
  let size = 0
  while (size < shortenedBytes) size += utf8SequenceLength(bytes, size) || 1
  const from = Math.max(bytes.length - extensionBytesMax, size)
  const at = bytes.subarray(from).lastIndexOf(dot)
  return at < 0 ? bytes.subarray(0, size) : Buffer.concat([bytes.subarray(0, size), bytes.subarray(from + at)])
}

/** Devices, whatever follows the first dot (Microsoft, Naming Files, Paths, and Namespaces). */
const windowsDevice = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i

const noDevice = (bytes: Uint8Array): Uint8Array =>
  windowsDevice.test(lenientText(bytes)) ? Buffer.concat([Uint8Array.of(underscore), bytes]) : bytes

/** Without the dots and spaces at its end, which Windows drops. */
const withoutEnd = (bytes: Uint8Array): Uint8Array => {
  let size = bytes.length
  while (size > 0 && (bytes[size - 1] === dot || bytes[size - 1] === space)) size--
  return bytes.subarray(0, size)
}
