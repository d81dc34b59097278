import { MetainfoError, quote } from './metainfo-error.ts'

/** Names in one path; deeper trees are no one's data and cost a folder each. */
export const pathComponentsMax = 64

/** In bytes of UTF-8: what ext4, NTFS, APFS and the rest hold. */
const componentBytesMax = 255

/**
 * Refuses a name that, joined to a folder, could lead out of it or stand for something else on any system.
 *
 * @param what says whose name it is, for the message.
 * @throws MetainfoError
 */
export const checkPathComponent = (component: string, what: string): void => {
  const fault = componentFault(component)
  if (fault !== undefined) throw new MetainfoError(`${what} ${fault}`)
}

const componentFault = (component: string): string | undefined => {
  if (component === '') return 'has an empty part'
  if (component === '.' || component === '..')
    return `has the part ${quote(component)}, which could lead out of the folder`
  if (/[/\\]/.test(component)) return `has a slash in ${quote(component)}, which could lead out of the folder`
  if (component.includes('\0')) return `has a NUL in ${quote(component)}`
  if (/^[A-Za-z]:$/.test(component)) return `has the drive ${quote(component)}, which could lead out of the folder`
  if (Buffer.byteLength(component) > componentBytesMax) return `has a part of more than ${componentBytesMax} bytes`
  return undefined
}

/**
 * Refuses paths that can not all be files: one that stands twice, or that is a folder of another.
 *
 * @throws MetainfoError
 */
export const checkFileTree = (paths: readonly (readonly string[])[]): void => {
  const files = new Set<string>()
  for (const path of paths) {
    const joined = path.join('/')
    if (files.has(joined)) throw new MetainfoError(`two files have the path ${quote(joined)}`)
    files.add(joined)
  }
  for (const path of paths) {
    for (let depth = 1; depth < path.length; depth++) {
      const folder = path.slice(0, depth).join('/')
      if (files.has(folder)) throw new MetainfoError(`${quote(folder)} is both a file and a folder`)
    }
  }
}
