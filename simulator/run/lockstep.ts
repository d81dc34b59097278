import type { Packet } from '../network/packet.ts'
import { endedMs } from './audit.ts'
import type { SimulateOptions } from './options.ts'
import type { Part, Standing } from './part.ts'
import type { Sample } from './result.ts'
import { Samples } from './samples.ts'
import { maxSecondsDefault, type Scenario } from './scenario.ts'
import { sumOf } from './sum-of.ts'

/** What a part learns from all parts, itself included: how they stand, in the order of parts, and what hosts of this one were sent. */
export interface Exchanged {
  readonly standings: readonly Standing[]
  readonly mail: Packet[]
}

/** Gives the others what a part has to tell, and waits for what they have: `mail` is what its hosts have sent, by part. */
export type Exchange = (standing: Standing, mail: Packet[][]) => Promise<Exchanged>

/** The exchange of a part that is the only one. */
export const alone: Exchange = async (standing, mail) => ({ standings: [standing], mail: mail.flat() })

/** How a run went, beside what is noted of members. */
export interface Run {
  /** When it was over, in seconds of virtual time. */
  readonly seconds: number
  readonly samples: readonly Sample[]
}

/** How often progress is told, in milliseconds of virtual time. */
const tellingMs = 1_000

/**
 * Runs a part in step with the others, until everybody is complete or the scenario's time is over, and all have left. All parts learn the
 * same at each exchange, and decide the same by it, so that nobody has to lead. Between two exchanges they run so far that nothing that is
 * sent meanwhile arrives meanwhile.
 */
export async function runInStep(
  part: Part,
  scenario: Scenario,
  exchange: Exchange,
  options: Pick<SimulateOptions, 'onProgress' | 'signal'>,
): Promise<Run> {
  const maxMs = (scenario.maxSeconds ?? maxSecondsDefault) * 1000
  const samples = new Samples(Math.ceil(scenario.torrent.bytes / scenario.torrent.pieceBytes))
  const tell = teller(options)
  let stage: 'running' | 'leaving' | 'lingering' = 'running'
  /** All parts have run until then. */
  let nowMs = 0
  let overMs = 0
  let endMs = Number.POSITIVE_INFINITY
  part.sampleAt(0)
  for (;;) {
    const { mail, standings } = await exchange(part.tell(), part.takeMail())
    options.signal?.throwIfAborted()
    part.deliver(mail)
    let nextMs = Math.min(...standings.map(({ nextAtMs }) => nextAtMs))
    const taken = standings.flatMap(({ sample }) => sample ?? [])
    if (taken[0]) {
      samples.keep(taken)
      const sampleMs = (taken[0].at + samples.everySeconds) * 1000
      if (stage === 'running') part.sampleAt(sampleMs)
      nextMs = Math.min(nextMs, sampleMs)
    }
    tell(nowMs, standings, samples, stage !== 'running')
    if (stage === 'running' && (sumOf(standings, ({ missing }) => missing) === 0 || nextMs >= maxMs)) {
      stage = 'leaving'
      overMs = nowMs
      nextMs = nowMs
      part.leaveAll(nowMs)
    } else if (stage === 'leaving' && standings.every(({ isEmpty }) => isEmpty)) {
      stage = 'lingering'
      endMs = nowMs + endedMs + 1
    }
    if (nextMs > endMs) return { seconds: overMs / 1000, samples: samples.taken }
    if (nextMs === Number.POSITIVE_INFINITY) throw new Error('nothing is left to happen, and members are still there')
    nowMs = nextMs + part.lookaheadMs
    await part.runUntil(nowMs)
  }
}

/** Tells progress, no more often than each second. */
function teller({
  onProgress,
}: Pick<SimulateOptions, 'onProgress' | 'signal'>): (
  nowMs: number,
  standings: readonly Standing[],
  samples: Samples,
  over: boolean,
) => void {
  let toldMs = Number.NEGATIVE_INFINITY
  return (nowMs, standings, samples, over) => {
    if (nowMs < toldMs + tellingMs) return
    toldMs = nowMs
    const completed = sumOf(standings, (standing) => standing.completed)
    onProgress?.({
      seconds: nowMs / 1000,
      present: sumOf(standings, (standing) => standing.present),
      part: samples.taken.at(-1)?.part ?? 0,
      completed,
      downloaders: completed + sumOf(standings, ({ missing }) => missing),
      over,
    })
  }
}
