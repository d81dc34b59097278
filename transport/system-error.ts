/** An error with the `code` that the system gives for it, as `EADDRINUSE`, which begins the message. It has no `syscall` and no `errno`. */
export function systemError(code: string, message: string): Error & { readonly code: string } {
  return Object.assign(new Error(`${code}: ${message}`), { code })
}
