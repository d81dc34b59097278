import { getSystemErrorMap } from 'node:util'

/** Something on disk went wrong: one line that says what, where and why. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  /** The system's name for the reason, such as ENOSPC, where it gave one. */
  readonly code?: string
  /** The file or folder concerned, where it is known. */
  readonly path?: string

  constructor(
    message: string,
    options: { code?: string | undefined; path?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    if (options.code !== undefined) this.code = options.code
    if (options.path !== undefined) this.path = options.path
  }
}

/**
 * Wraps what a file operation threw; a `StorageError` is passed on as it is.
 *
 * @param doing what failed, such as `cannot write`; the path, where known, follows it.
 * @param path where the operation knows better than the error.
 */
export const toStorageError = (error: unknown, doing: string, path?: string): StorageError => {
  if (error instanceof StorageError) return error
  const code = errorCode(error)
  const place = path ?? errorPath(error)
  const reason = systemReason(error) ?? (error instanceof Error ? error.message : String(error))
  const where = place === undefined ? '' : ` ${place}`
  return new StorageError(`${doing}${where}: ${reason}`, { code, path: place, cause: error })
}

/** The system's name for why a file operation failed, such as ENOENT. */
export const errorCode = (error: unknown): string | undefined => textProperty(error, 'code')

/** The file or folder that an operation failed for, where the error tells. */
export const errorPath = (error: unknown): string | undefined => textProperty(error, 'path')

/** The text alone: Node's own message adds the call and the path, which ours has said. */
const systemReason = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('errno' in error) || typeof error.errno !== 'number') return undefined
  const known = getSystemErrorMap().get(error.errno)
  return known === undefined ? undefined : `${known[1]} (${known[0]})`
}

const textProperty = (error: unknown, key: 'code' | 'path'): string | undefined => {
  if (!(error instanceof Error) || !(key in error)) return undefined
  const value: unknown = Reflect.get(error, key)
  return typeof value === 'string' ? value : undefined
}
