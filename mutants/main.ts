import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { seededRandom } from '../transport/random.ts'
import { charts } from './charts.ts'
import { equivalent } from './equivalent.ts'
import { hunt, type Tried } from './hunt.ts'
import { linesOf, noticedMin, percentOf, progressOf, reportOf } from './report.ts'

/** How often is told how far it is, in milliseconds. */
const progressMs = 10_000

const all = charts.map(({ id }) => id)

const usage = `npm run mutants -- [CHART...] [--sample N] [--seed N] [--place TEXT]

Changes the charts, or those that are named, in one place after another, and counts which changes a test notices.
  --sample N    so many mutants of each chart, by chance
  --seed N      the seed of that chance (default: the time)
  --place TEXT  the mutants alone whose names this regular expression matches; prints which test notices each

Charts: ${all.join(', ')}`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    place: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
})
const place = new RegExp(values.place)
const seed = Number(values.seed)
const sample = Number(values.sample ?? Number.POSITIVE_INFINITY)
const isSample = values.sample === undefined || (Number.isInteger(sample) && sample > 0)

if (values.help) console.log(usage)
else if (positionals.some((name) => !all.includes(name)) || !Number.isInteger(seed) || !isSample) {
  console.error(usage)
  process.exitCode = 2
} else {
  if (values.sample !== undefined) console.log(`seed ${seed}`)
  let triedCount = 0
  for (const chart of positionals.length > 0 ? positionals : all) triedCount += await look(chart)
  if (triedCount === 0) {
    console.error(`no mutant is of such a place: ${values.place}`)
    process.exitCode = 2
  }
}

/** Answers how many mutants of a chart it has tried. */
async function look(chart: string): Promise<number> {
  let names: readonly string[] = []
  let toTry: readonly string[] | undefined
  const choose = (known: readonly string[]) => {
    names = known
    toTry = chosen(known.filter((name) => place.test(name)))
    return toTry
  }
  const reasons = equivalent[chart] ?? {}
  const soFar: Tried[] = []
  const tell = (one: Tried) => {
    soFar.push(one)
    const { name, test } = one
    if (test === undefined && !(name in reasons)) console.log(`${chart}: survived: ${name}`)
    else if (values.place !== '') console.log(`${chart}: ${name}\n  ${test ?? reasons[name]}`)
  }
  const progress = setInterval(() => console.error(progressOf(chart, soFar, toTry?.length, reasons)), progressMs)
  const tellOfLoss = (reason: string) => console.error(`${chart}: a thread is lost, others go on: ${reason}`)
  const tried = await hunt(chart, choose, availableParallelism(), { tell, tellOfLoss }).finally(() =>
    clearInterval(progress),
  )
  const report = reportOf(chart, tried, names, reasons)
  for (const line of linesOf(report)) console.log(line)
  if (percentOf(report) < noticedMin || report.wrong.length > 0) process.exitCode = 1
  return tried.length
}

/** A sample, in an order by chance; without one, all of them. */
function chosen(names: readonly string[]): readonly string[] {
  if (values.sample === undefined) return names
  const random = seededRandom(seed)
  return names
    .map((name) => ({ name, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .slice(0, sample)
    .map(({ name }) => name)
}
