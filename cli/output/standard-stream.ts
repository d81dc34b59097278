import type { Writable } from 'node:stream'

/** A standard stream: a terminal says so and how large it is. */
export type StandardStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
