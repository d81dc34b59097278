import type { Case, Need } from './case.ts'
import type { Client } from './client.ts'
import { probe } from './probe.ts'
import { Scene, type World } from './scene.ts'
import { Transcript } from './transcript.ts'
import { Broken, NotSupported, type Verdict } from './verdict.ts'
import { waits } from './waits.ts'

/** How one case ended. */
export interface Result {
  readonly name: string
  readonly bep: Case['bep']
  readonly rule: string
  readonly verdict: Verdict
  /** What the client did, or why it could not be tested. */
  readonly detail: string
  readonly transcript: Transcript
}

/** How the suite is run. */
export interface RunOptions {
  readonly cases: readonly Case[]
  /** Told of each case when it has ended. */
  readonly told?: (result: Result) => void
  /** Aborts the suite: its reason is what the call rejects with. */
  readonly signal?: AbortSignal
}

/** Cases run at once: of those that need an upload slot as many as one is free for in any client. */
const atOnceMax = { slot: 4, any: 10 }

/**
 * Runs the cases against a client and answers how each ended, in their order. Those for a leecher come first, one after the other, while the
 * client lacks pieces; their last one lets it fetch all, so that those for a seeder follow. Those that may be the client's end come last.
 * Rejects with an Error when the client takes no connection about the torrent at all.
 */
export async function runSuite(
  world: World,
  { cases, told = () => {}, signal }: RunOptions,
): Promise<readonly Result[]> {
  const endsAt = world.clock.now() + waits.suite
  const results = new Map<Case, Result>()
  const settle = (one: Case, result: Result): void => {
    results.set(one, result)
    told(result)
  }
  const gone: Gone = { since: undefined }
  const run = async (one: Case, client: Client, turn?: Promise<unknown>): Promise<void> => {
    signal?.throwIfAborted()
    settle(one, await runCase(one, { world, client, isLate: world.clock.now() > endsAt, turn, gone }))
  }

  let client = await probe(world)
  for (const one of cases.filter(isForLeech)) await run(one, client)
  if (!client.isSeed) client = await probe(world)
  const runAll = async (left: Case[], atOnce: number, inTurn = false): Promise<void> => {
    let turn: Promise<unknown> = Promise.resolve()
    const worker = async (): Promise<void> => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        const running = run(one, client, inTurn ? turn : undefined)
        turn = Promise.allSettled([turn, running])
        await running
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }
  const besides = (beside: Case['beside']) => cases.filter((one) => !isForLeech(one) && one.beside === beside)
  await Promise.all([runAll(besides('slot'), atOnceMax.slot), runAll(besides(undefined), atOnceMax.any)])
  await runAll(besides('alone'), atOnceMax.slot, true)
  return cases.flatMap((one) => results.get(one) ?? [])
}

const isForLeech = ({ needs }: Case): boolean => needs.includes('leech')

/** The first case behind which nobody listened at the client's address. */
interface Gone {
  since: string | undefined
}

interface Running {
  readonly world: World
  readonly client: Client
  readonly isLate: boolean
  /** Settles when the case may do what may be the client's end. */
  readonly turn: Promise<unknown> | undefined
  readonly gone: Gone
}

async function runCase(one: Case, running: Running): Promise<Result> {
  const { world, client, isLate, turn, gone } = running
  const { name, bep, rule } = one
  const transcript = new Transcript()
  const end = (verdict: Verdict, detail: string): Result => ({ name, bep, rule, verdict, detail, transcript })
  const lacks = isLate ? `the suite has taken ${waits.suite / 60_000} minutes` : lackOf(one.needs, world, client)
  if (lacks !== undefined) return end('not_supported', lacks)
  const scene = new Scene(world, client, transcript, turn)
  try {
    const ended = await endOf(one, scene)
    if (ended.verdict !== 'pass' && scene.hadShortSecret) return await runCase(one, running)
    const isAsked = ended.verdict !== 'not_supported' || gone.since !== undefined
    if (!isAsked || !(await scene.isGone())) return end(ended.verdict, ended.detail)
    if (ended.verdict === 'not_supported')
      return end('not_supported', `the client is not reachable since ${gone.since}`)
    gone.since ??= name
    const blame = one.beside === 'alone' ? '' : ': this case was its end, or one that ran beside it'
    const before = ended.verdict === 'fail' ? `${ended.detail}, and ` : ''
    return end('fail', `${before}the client takes no connection any more${blame}`)
  } finally {
    scene.end()
  }
}

/** How a case ends as far as it goes itself. */
async function endOf(one: Case, scene: Scene): Promise<Pick<Result, 'verdict' | 'detail'>> {
  try {
    return { verdict: 'pass', detail: await inTime(one.run(scene), scene) }
  } catch (error) {
    if (error instanceof Broken) return { verdict: 'fail', detail: error.message }
    if (error instanceof NotSupported) return { verdict: 'not_supported', detail: error.message }
    throw error
  }
}

async function inTime(running: Promise<string>, { clock }: Scene): Promise<string> {
  let timer: unknown
  const late = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(() => reject(new NotSupported(`not done after ${waits.case / 1000} s`)), waits.case)
  })
  try {
    return await Promise.race([running, late])
  } finally {
    clock.clearTimeout(timer)
  }
}

/** What a need that is not met is told as. */
const lacks: Readonly<Record<Need, { isMet(client: Client, world: World): boolean; text: string }>> = {
  seed: { isMet: ({ isSeed }) => isSeed, text: 'the client does not have all of the torrent' },
  leech: {
    isMet: ({ isSeed }, { data }) => !isSeed && data !== undefined,
    text: 'for a client that downloads, with --data',
  },
  fast: { isMet: ({ features }) => features.fast, text: 'the client does not announce Fast (BEP 6)' },
  extended: {
    isMet: ({ features }) => features.extended,
    text: 'the client does not announce the extension protocol (BEP 10)',
  },
  ut_metadata: {
    isMet: ({ greeting }) => (greeting?.m?.ut_metadata ?? 0) > 0,
    text: 'the client does not announce ut_metadata',
  },
  ut_pex: { isMet: ({ greeting }) => (greeting?.m?.ut_pex ?? 0) > 0, text: 'the client does not announce ut_pex' },
  plaintext: { isMet: ({ plaintext }) => plaintext, text: 'the client takes no connection in the clear' },
  mse: { isMet: ({ mse }) => mse, text: 'the client takes no MSE' },
}

function lackOf(needs: readonly Need[], world: World, client: Client): string | undefined {
  const missing = needs.find((need) => !lacks[need].isMet(client, world))
  return missing && lacks[missing].text
}
