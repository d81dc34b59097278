import { begin, dies, type Hunter, hangs } from './hunter.ts'

/** What became of a mutant: the first test that noticed it, if any did. */
export interface Tried {
  readonly name: string
  readonly test: string | undefined
}

/** What a hunt is told to do besides. */
export interface HuntOptions {
  /** Is told of each mutant that was tried. */
  readonly tell?: (tried: Tried) => void
  /** Is told of a thread that is no more, and of which others do the work. */
  readonly tellOfLoss?: (reason: string) => void
  /** Begins a thread. */
  readonly begins?: (chart: string) => Promise<Hunter>
}

/**
 * Tries the mutants of a chart that `choose` picks, by their names, in so many threads. Threads that do not come to begin leave their work to
 * the others; rejects with the reason of one when none is left for it. A thread that dies amid a mutant leaves it to another. If that one dies
 * of it as well, it counts as noticed: it is no mishap then, but a change with which the tests cannot be run, as one with which they never end.
 */
export async function hunt(
  chart: string,
  choose: (names: readonly string[]) => readonly string[],
  threads: number,
  { tell = () => {}, tellOfLoss = () => {}, begins = begin }: HuntOptions = {},
): Promise<readonly Tried[]> {
  const first = await begins(chart)
  const numbers = new Map(first.names.map((name, i) => [name, i]))
  const chosen = choose(first.names)
  const waiting = [...chosen]
  const done: Tried[] = []
  /** Threads that are through, and take what another leaves. */
  const idle: Hunter[] = []
  /** Mutants of which a thread has died. */
  const fatal = new Set<string>()
  const note = (name: string, test: string | undefined) => {
    done.push({ name, test })
    tell({ name, test })
  }
  const died = (name: string, error: unknown) => {
    tellOfLoss(`${error}, amid ${name}`)
    if (fatal.has(name)) note(name, dies)
    else waiting.push(name)
    fatal.add(name)
  }
  /** Answers whether the thread can go on. */
  const tryWith = async (hunter: Hunter, name: string) => {
    let test: string | undefined
    try {
      test = await hunter.tries(numbers.get(name) ?? 0)
    } catch (error) {
      died(name, error)
      return false
    }
    note(name, test)
    return test !== hangs
  }
  const work = async (begun: Promise<Hunter>) => {
    let hunter = await begun
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (await tryWith(hunter, name)) continue
      if (waiting.length === 0) return
      hunter = idle.pop() ?? (await begins(chart))
    }
    idle.push(hunter)
  }
  let loss: unknown
  const goOn = (error: unknown) => {
    loss = error
    tellOfLoss(String(error))
  }
  const others = Array.from({ length: Math.min(threads, waiting.length) - 1 }, () => begins(chart))
  await Promise.all([Promise.resolve(first), ...others].map((begun) => work(begun).catch(goOn)))
  await Promise.all(idle.map((hunter) => hunter.end()))
  if (done.length < chosen.length) throw loss
  return done
}
