import { MetainfoError, quote } from './metainfo-error.ts'

/** Names in one path; deeper trees are no one's data and cost a folder each. */
export const pathComponentsMax = 64

/** In bytes of UTF-8: what ext4, NTFS, APFS and the rest hold. */
const componentBytesMax = 255

/**
 * Refuses a name that, joined to a folder, could lead out of it, or that no file should have: control characters, more than
 * 255 bytes. On Windows also what is no plain file there: `a:b`, `nul.txt`, a name that ends in a dot or a space. Elsewhere
 * these are names like any other, and torrents have them.
 *
 * @param what says whose name it is, for the message.
 * @param platform whose files it shall name.
 * @throws MetainfoError
 */
export const checkPathComponent = (
  component: string,
  what: string,
  platform: NodeJS.Platform = process.platform,
): void => {
  const fault = componentFault(component) ?? (platform === 'win32' ? windowsFault(component) : undefined)
  if (fault !== undefined) throw new MetainfoError(`${what} ${fault}`)
}

const componentFault = (component: string): string | undefined => {
  if (component === '') return 'has an empty part'
  if (component === '.' || component === '..')
    return `has the part ${quote(component)}, which could lead out of the folder`
  // Both slashes on every system: a torrent that is harmless here must not climb elsewhere.
  if (/[/\\]/.test(component)) return `has a slash in ${quote(component)}, which could lead out of the folder`
  if (/\p{Cc}/u.test(component)) return `has a control character in ${quote(component)}`
  if (Buffer.byteLength(component) > componentBytesMax) return `has a part of more than ${componentBytesMax} bytes`
  return undefined
}

/** Devices, whatever follows the first dot (Microsoft, Naming Files, Paths, and Namespaces). */
const windowsDevice = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i

const windowsFault = (component: string): string | undefined => {
  const character = /[<>:"|?*]/.exec(component)
  if (character !== null) return `has ${character[0]} in ${quote(component)}, which Windows does not allow in a name`
  if (windowsDevice.test(component)) return `has the part ${quote(component)}, which is a device on Windows`
  if (/[. ]$/.test(component)) return `has the part ${quote(component)}, whose end Windows drops`
  return undefined
}

/**
 * Refuses paths that can not all be files: one that stands twice, or that is a folder of another. On Windows and macOS, whose
 * disks do not tell letters by their case, `A` and `a` are one path.
 *
 * @param platform whose files they shall be.
 * @throws MetainfoError
 */
export const checkFileTree = (
  paths: readonly (readonly string[])[],
  platform: NodeJS.Platform = process.platform,
): void => {
  const files = new Set<string>()
  for (const path of paths) {
    const key = pathKey(path, platform)
    if (files.has(key)) throw new MetainfoError(`two files have the path ${quote(path.join('/'))}`)
    files.add(key)
  }
  for (const path of paths) {
    for (let depth = 1; depth < path.length; depth++) {
      const folder = path.slice(0, depth)
      if (files.has(pathKey(folder, platform))) {
        throw new MetainfoError(`${quote(folder.join('/'))} is both a file and a folder`)
      }
    }
  }
}

/** Equal for paths that are one place on the disk. macOS does not tell ü from u with a combining mark either. */
const pathKey = (path: readonly string[], platform: NodeJS.Platform): string => {
  const joined = path.join('/')
  if (platform === 'darwin') return joined.normalize('NFD').toLowerCase()
  return platform === 'win32' ? joined.toLowerCase() : joined
}
