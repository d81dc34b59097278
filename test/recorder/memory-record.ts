import type { Recorder } from '../../actors/recording.ts'
import { type Entry, isEntry } from '../../recorder/entries.ts'
import { type Cut, LineReader } from '../../recorder/lines.ts'
import { keepAddresses, type Privacy, replaceAddresses } from '../../recorder/privacy.ts'
import { recording } from '../../recorder/recording.ts'
import { Replay, type Replayed, type ReplayOptions } from '../../recorder/replay.ts'

/** A record in memory. */
export interface MemoryRecord {
  readonly recorder: Recorder
  readonly bytes: Uint8Array
  readonly text: string
  readonly entries: readonly Entry[]
  /** How many bytes more are taken, from now on. */
  room: number
  /** Nothing is written any more. */
  fail(): void
  /** Goes on in another file, whose beginning may have so many bytes; both are read as one. */
  turn(bytesMax: number): void
}

/** Addresses are replaced by the same others in every test. */
export const replaced: Privacy = replaceAddresses(new Uint8Array(32).fill(7))

export function memoryRecord({ privacy = keepAddresses, payloads = false } = {}): MemoryRecord {
  const lines: string[] = []
  let isOver = false
  let begin: (segment: number, bytesMax: number) => string = () => ''
  const record = {
    room: Number.POSITIVE_INFINITY,
    fail() {
      isOver = true
    },
    turn(bytesMax: number) {
      lines.push(begin(1, bytesMax))
    },
    get text() {
      return lines.join('')
    },
    get bytes() {
      return Buffer.from(lines.join(''))
    },
    get entries() {
      return new LineReader().push(this.bytes).filter(isEntry)
    },
    recorder: recording({
      manner: { privacy, payloads },
      id: 'a record',
      seed: () => 42,
      time: () => '2026-01-01T00:00:00.000Z',
      sink(head) {
        begin = head
        lines.push(head(0, Number.POSITIVE_INFINITY))
        return {
          get isOver() {
            return isOver
          },
          write(line) {
            if (line.length > record.room) return false
            record.room -= line.length
            lines.push(line)
            return true
          },
          close: async () => undefined,
        }
      },
    }),
  }
  return record
}

/** Replays bytes of a record. */
export function replayBytes(bytes: Uint8Array, options?: ReplayOptions): Replayed & { readonly cut: Cut | undefined } {
  const reader = new LineReader()
  const replay = new Replay(options)
  for (const line of reader.push(bytes)) if (isEntry(line)) replay.take(line)
  return { ...replay.replayed, cut: reader.cut }
}
