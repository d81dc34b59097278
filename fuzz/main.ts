import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { hashOf, replaceKept } from './engine/corpus.ts'
import type { Done } from './engine/messages.ts'
import { supervised } from './engine/supervise.ts'
import { loadTarget, targetNames } from './engine/targets.ts'

const usage = `npm run fuzz -- [TARGET...] [--seconds N] [--seed N] [--keep] [--missed] [--input FILE]

Fuzzes the parsers, or those that are named, for so many seconds of processor time in all (default: 60).
  --seed N      the seed of its chance (default: the time)
  --keep        the inputs that reach something go into the corpus, in the place of those that did
  --missed      print the code that was not reached
  --input FILE  have the target read this file, once

Targets: ${targetNames.join(', ')}`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    keep: { type: 'boolean', default: false },
    missed: { type: 'boolean', default: false },
    input: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const names = positionals.length > 0 ? positionals : targetNames
const unknown = names.find((name) => !targetNames.includes(name))
const seconds = Number(values.seconds)
const seed = Number(values.seed)

if (values.help) console.log(usage)
else if (unknown !== undefined || !(seconds > 0) || !Number.isInteger(seed) || (values.input && names.length > 1)) {
  console.error(unknown === undefined ? usage : `there is no target ${unknown}\n${usage}`)
  process.exitCode = 2
} else if (values.input === undefined) await fuzz()
else console.log(await (await loadTarget(names[0] as string)).run(new Uint8Array(readFileSync(values.input))))

async function fuzz(): Promise<void> {
  console.log(`seed ${seed}, ${seconds} s for ${names.length} target(s)`)
  for (const name of names) {
    const ms = (seconds * 1000) / names.length
    const done = await supervised({ name, seed, ms, keeps: values.keep, showsMissed: values.missed })
    report(name, done)
    if (values.keep && done.kept.length > 0) replaceKept(name, await loadTarget(name), done.kept)
  }
}

function report(name: string, { executions, finds, fresh, missed, percent, spentMs }: Done): void {
  const numbers = [
    `${executions} executions`,
    `${(spentMs / 1000).toFixed(0)} s`,
    `${percent.toFixed(1)} % of the code`,
    `${fresh} new inputs`,
    `${finds.length} found`,
  ]
  console.log(`${name}: ${numbers.join(', ')}`)
  for (const line of missed) console.log(`  not reached: ${line}`)
  for (const { input, what } of finds) {
    const file = `fuzz/finds/${name}-${hashOf(input)}`
    mkdirSync('fuzz/finds', { recursive: true })
    writeFileSync(file, input)
    console.log(`  FOUND ${what.replaceAll('\n', '\n    ')}\n  again: npm run fuzz ${name} -- --input ${file}`)
    process.exitCode = 1
  }
}
