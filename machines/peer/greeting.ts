import type { ExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { limits } from './delays.ts'

/**
 * What a remote's extended handshakes say together. Each changes only what it names, and in `m` only the extensions it names
 * (BEP 10); of those that are new, no more than `limits.extensions` are kept.
 */
export function mergeGreetings(before: ExtendedHandshake | undefined, now: ExtendedHandshake): ExtendedHandshake {
  const merged = { ...before, ...now }
  if (!before?.m || !now.m) return merged
  const m = Object.entries({ ...before.m, ...now.m }).slice(0, limits.extensions)
  return { ...merged, m: Object.fromEntries(m) }
}
