import { type Debugger, type Profiler, Session } from 'node:inspector'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reached } from './fuzzer.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Marks of code: `absent`: outside of functions; `unclaimed`: executed, by which input is not known yet. */
const mark = { absent: 0, missed: 1, executed: 2, unclaimed: 3 } as const

interface Script {
  readonly id: string
  readonly path: string
  /** A mark for each byte of its code. */
  marks: Uint8Array
}

/**
 * Which code of this repository was executed in this thread, by V8's own counters of blocks: branches, loops, both sides of `?:` and `&&`.
 * What is imported before it is made is not seen.
 */
export class Coverage implements Reached {
  readonly #session = new Session()
  readonly #scripts = new Map<string, Script>()
  /** Code that the last `take` found, and no `claim` since. */
  #unclaimed: (readonly [script: Script, at: number])[] = []

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  take(): boolean {
    for (const [{ marks }, at] of this.#unclaimed) marks[at] = mark.executed
    this.#unclaimed = []
    for (const [script, now] of this.#executed()) {
      const { marks } = script
      for (let at = 0; at < now.length; at++) {
        const is = now[at] as number
        if (is <= (marks[at] as number)) continue
        marks[at] = is === mark.executed ? mark.unclaimed : is
        if (is === mark.executed) this.#unclaimed.push([script, at])
      }
    }
    return this.#unclaimed.length > 0
  }

  claim(): boolean {
    const before = this.#unclaimed.length
    const executed = new Map(this.#executed())
    this.#unclaimed = this.#unclaimed.filter(([script, at]) => {
      if (executed.get(script)?.[at] !== mark.executed) return true
      script.marks[at] = mark.executed
      return false
    })
    return this.#unclaimed.length < before
  }

  /** Forgets what was executed. */
  reset(): void {
    this.#executed()
    this.#unclaimed = []
    for (const { marks } of this.#scripts.values()) {
      for (let at = 0; at < marks.length; at++) if (marks[at] !== mark.absent) marks[at] = mark.missed
    }
  }

  /** How much of the functions of these files and folders was executed, in percent of their bytes. */
  percentOf(covers: readonly string[]): number {
    let all = 0
    let executed = 0
    for (const { marks } of this.#of(covers)) {
      for (const one of marks) {
        if (one >= mark.missed) all++
        if (one >= mark.executed) executed++
      }
    }
    return all === 0 ? 0 : (100 * executed) / all
  }

  /** The code of these files and folders that was not executed, as it runs: without types, a line a place. */
  missed(covers: readonly string[]): string[] {
    const ids = new Set<string>()
    this.#session.on('Debugger.scriptParsed', ({ params }) => ids.add(params.scriptId))
    this.#session.post('Debugger.enable')
    return this.#of(covers).flatMap(({ id, path, marks }) => {
      let source = ''
      this.#session.post(
        'Debugger.getScriptSource',
        { scriptId: id },
        (_, answer?: Debugger.GetScriptSourceReturnType) => {
          source = answer?.scriptSource ?? ''
        },
      )
      return stretchesOf(marks).map(
        ([from, to]) => `${path}: ${source.slice(from, to).replace(/\s+/g, ' ').slice(0, 160)}`,
      )
    })
  }

  /** What was executed since the last call, by script: a mark for each byte. */
  #executed(): (readonly [script: Script, now: Uint8Array])[] {
    let all: readonly Profiler.ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, { result } = { result: [] }) => {
      if (error) throw error
      all = result
    })
    return all
      .filter(({ url }) => url.startsWith('file:') && !url.includes('/node_modules/'))
      .map((coverage) => this.#painted(coverage))
  }

  #painted({ scriptId, url, functions }: Profiler.ScriptCoverage): readonly [Script, Uint8Array] {
    const known = this.#scripts.get(scriptId)
    const script = known ?? { id: scriptId, path: relative(root, fileURLToPath(url)), marks: new Uint8Array() }
    if (!known) this.#scripts.set(scriptId, script)
    const end = Math.max(...functions.map(({ ranges }) => ranges[0]?.endOffset ?? 0))
    if (end > script.marks.length) {
      const marks = new Uint8Array(end)
      marks.set(script.marks)
      script.marks = marks
    }
    const now = new Uint8Array(end)
    // Outer functions and ranges come before those that stand within them.
    for (const { functionName, ranges } of functions) {
      // The module itself is executed as it is loaded.
      if (functionName === '' && ranges[0]?.startOffset === 0) continue
      for (const { startOffset, endOffset, count } of ranges)
        now.fill(count > 0 ? mark.executed : mark.missed, startOffset, endOffset)
    }
    return [script, now]
  }

  #of(covers: readonly string[]): readonly Script[] {
    return [...this.#scripts.values()].filter(({ path }) =>
      covers.some((one) => path === one || path.startsWith(`${one}/`)),
    )
  }
}

/** Where bytes of functions were not executed. */
function stretchesOf(marks: Uint8Array): (readonly [from: number, to: number])[] {
  const stretches: (readonly [number, number])[] = []
  for (let at = 0; at < marks.length; at++) {
    if (marks[at] !== mark.missed) continue
    const from = at
    while (marks[at] === mark.missed) at++
    stretches.push([from, at])
  }
  return stretches
}
