import type { ChunkStore } from '../../storage/store.ts'
import type { Swarm } from './swarm.ts'

/** Turns of Node's loop for each step of the clock: all that is not waiting for the disk is done then. */
const turnsPerStep = 4
const stepMs = 50
const stepsMax = 12_000

/** A real disk beside a simulated clock: time stands still while it works, or it would take minutes on a busy machine. */
export function realDisk({ clock }: Pick<Swarm, 'clock'>) {
  const underWay = new Set<Promise<unknown>>()
  const note = <Result>(work: Promise<Result>): Promise<Result> => {
    underWay.add(work)
    const end = () => underWay.delete(work)
    work.then(end, end)
    return work
  }
  /** `call` has the store call back what it is given. */
  const noteCall = <Answer extends readonly unknown[]>(
    done: (...answer: Answer) => void,
    call: (done: (...answer: Answer) => void) => void,
  ): void => {
    const answered = new Promise<Answer>((resolve) => call((...answer) => resolve(answer)))
    note(answered.then((answer) => done(...answer)))
  }
  /** The store, whose work is waited for. */
  const through = (store: ChunkStore): ChunkStore => ({
    chunkLength: store.chunkLength,
    ...(store.copiesOnPut && { copiesOnPut: store.copiesOnPut }),
    ...(store.readOnly !== undefined && { readOnly: store.readOnly }),
    ...(store.fault && { fault: store.fault }),
    put: (index, data, done) => noteCall(done, (end) => store.put(index, data, end)),
    get: (index, range, done) => noteCall(done, (end) => store.get(index, range, end)),
    close: (done) => noteCall(done, (end) => store.close(end)),
    cutEmptyFiles: () => note(store.cutEmptyFiles?.() ?? Promise.resolve([])),
    cutFiles: (index) => note(store.cutFiles?.(index) ?? Promise.resolve([])),
    selectFiles: (isWanted) => note(store.selectFiles?.(isWanted) ?? Promise.resolve()),
    watchFiles: async () => {
      const watch = await note(store.watchFiles?.() ?? Promise.reject(new Error('it has no files')))
      return {
        stamps: watch.stamps,
        pathOf: (file) => watch.pathOf(file),
        fileAt: (path) => watch.fileAt(path),
        flush: () => note(watch.flush()),
        look: (...of) => note(watch.look(...of)),
        renew: (files) => note(watch.renew(files)),
      }
    },
  })
  /** Lets time pass until `holds`. */
  const until = async (holds: () => boolean): Promise<void> => {
    for (let turns = 1; !holds(); turns++) {
      if (turns > stepsMax * turnsPerStep) throw new Error(`still not: ${holds}`)
      while (underWay.size > 0) await Promise.allSettled(underWay)
      await new Promise((resolve) => setImmediate(resolve))
      if (turns % turnsPerStep === 0 && underWay.size === 0) clock.advance(stepMs)
    }
  }
  return { through, until }
}
