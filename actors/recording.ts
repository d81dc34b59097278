import type { InspectionEvent, Observer } from 'xstate'
import type { Clock } from '../transport/clock.ts'
import type { Random } from '../transport/random.ts'
import { harmless } from './inspector.ts'

/** Writes down what happens to connections, as `openRecorder` makes one. */
export interface Recorder {
  /**
   * Records the peers of one more system of actors, whose time is `clock`. `inspect` is to get its inspection events. `random` is the
   * chance to be used in it: the given one, or one whose seed is in the record.
   */
  attach(to: { readonly clock: Clock; readonly random?: Random | undefined }): {
    readonly inspect: (event: InspectionEvent) => void
    readonly random: Random
  }
  /** Writes what is left. Nothing is recorded any more. Resolves when all is written, or cannot be. */
  close(): Promise<void>
}

/** What an actor is watched with. */
export interface Watched {
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
  readonly record?: Recorder | undefined
  readonly random?: Random
}

/** The inspector of an actor, which its recorder is too, and its chance. */
export function watched(
  { inspect, record, random }: Watched,
  clock: Clock,
): { readonly inspecting: { readonly inspect?: (event: InspectionEvent) => void }; readonly random: Random } {
  const attached = record?.attach({ clock, random })
  const inspectors = [attached?.inspect, inspect].flatMap((one) => (one ? [harmless(one)] : []))
  const [first, second] = inspectors
  return {
    inspecting: first
      ? {
          inspect: second
            ? (event) => {
                first(event)
                second(event)
              }
            : first,
        }
      : {},
    random: attached?.random ?? random ?? Math.random,
  }
}
