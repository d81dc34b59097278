const meanings: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EEXIST: 'it exists already',
  EISDIR: 'it is a folder',
  ENOENT: 'no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'part of the path is not a folder',
  ENOTFOUND: 'no such host',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
}

/**
 * A thrown thing in a user's words, without stack: for an error of the operating system what its code means, which leaves the
 * path to the caller; else the error's own message.
 */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, syscall, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  const meaning = code === undefined || syscall === undefined ? undefined : meanings[code]
  if (meaning === undefined) return error.message
  // Node leaves out port 0.
  if (syscall === 'listen' || syscall === 'bind')
    return `cannot listen on ${address ?? '?'} port ${port ?? 0}: ${meaning}`
  return meaning
}
