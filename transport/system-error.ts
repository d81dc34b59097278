/** An error as Node gives it when the system refuses a call: its `code` is the system's, as `EADDRINUSE`, and begins the message. */
export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code })
}
