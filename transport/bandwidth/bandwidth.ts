import type { Clock } from '../clock.ts'
import { requireClock, requireObject } from '../require.ts'
import { systemClock } from '../system-clock.ts'
import { Gate } from './gate.ts'

/** Limits on bytes a second, each above 0; undefined, or Infinity, is none. */
export interface RateLimits {
  readonly down?: number | undefined
  readonly up?: number | undefined
}

/**
 * What connections share in both directions, fairly. It counts every byte on the wire, protocol included, from outside the
 * operating system: a limit of 1 MiB a second carries some 0.1 % less of payload.
 */
export interface Bandwidth {
  /** The limits that hold, in bytes a second; Infinity is none. */
  readonly limits: { readonly down: number; readonly up: number }
  /**
   * Sets limits at run time. A direction that is not named keeps its limit, undefined lifts it. Throws a RangeError for one that is
   * not above 0, and changes nothing then.
   */
  setLimits(limits: RateLimits): void
}

/**
 * Makes a bandwidth to be given to several torrents or peers, which share it. `clock`: theirs; default the system's. Throws a
 * RangeError for a limit that is not above 0.
 */
export function createBandwidth(options: RateLimits & { readonly clock?: Clock } = {}): Bandwidth {
  requireObject('what createBandwidth is given', options)
  const { clock = systemClock, ...limits } = options
  requireClock(clock)
  return new Gates(clock, limits)
}

/** The two gates of a bandwidth. Throws a TypeError for one that `createBandwidth` has not made. */
export function gatesOf(bandwidth: Bandwidth): { readonly down: Gate; readonly up: Gate } {
  if (bandwidth instanceof Gates) return bandwidth
  throw new TypeError('a bandwidth is made by createBandwidth')
}

/** Of what several bandwidths let through, the gates in each direction. */
export interface SharedGates {
  readonly down: readonly Gate[]
  readonly up: readonly Gate[]
}

/** The gates of several bandwidths. */
export function sharedGates(bandwidths: readonly Bandwidth[]): SharedGates {
  const gates = bandwidths.map(gatesOf)
  return { down: gates.map(({ down }) => down), up: gates.map(({ up }) => up) }
}

class Gates implements Bandwidth {
  readonly down: Gate
  readonly up: Gate

  constructor(clock: Clock, limits: RateLimits) {
    this.down = new Gate(clock, checked('down', limits.down))
    this.up = new Gate(clock, checked('up', limits.up))
  }

  get limits() {
    return { down: this.down.bytesPerSecond, up: this.up.bytesPerSecond }
  }

  setLimits(limits: RateLimits): void {
    requireLimits(limits)
    const down = 'down' in limits ? checked('down', limits.down) : undefined
    const up = 'up' in limits ? checked('up', limits.up) : undefined
    if (down !== undefined) this.down.setLimit(down)
    if (up !== undefined) this.up.setLimit(up)
  }
}

/** Throws a RangeError for a limit that is not above 0, and a TypeError for what bears none. */
export function requireLimits(limits: RateLimits): void {
  if (typeof limits !== 'object' || limits === null) throw new TypeError('limits are an object with down and up')
  checked('down', limits.down)
  checked('up', limits.up)
}

function checked(direction: 'down' | 'up', limit: number = Number.POSITIVE_INFINITY): number {
  if (typeof limit === 'number' && limit > 0) return limit
  throw new RangeError(`the limit ${direction} is a number of bytes a second above 0, not ${limit}`)
}
