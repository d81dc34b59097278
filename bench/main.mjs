import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { attacked } from './attacks/attacks.mjs'
import { cost } from './cost/cost.mjs'
import { download, downloadOverUtp } from './download/download.mjs'
import { handshake } from './handshake/handshake.mjs'
import { inspectorMemory } from './inspector/flat.mjs'
import { inspector } from './inspector/inspector.mjs'
import { many } from './many/many.mjs'
import { memory } from './memory/memory.mjs'
import { stream } from './stream/stream.mjs'
import { rawUtp } from './utp/raw.mjs'
import { wire } from './wire/wire.mjs'

const benchmarks = {
  wire,
  handshake,
  download,
  utp: downloadOverUtp,
  'utp-raw': rawUtp,
  memory,
  stream,
  cost,
  many,
  attacks: attacked,
  inspector,
  'inspector-memory': inspectorMemory,
}

const { values, positionals } = parseArgs({
  options: {
    smoke: { type: 'boolean' },
    attack: { type: 'string', multiple: true },
    minutes: { type: 'string' },
    native: { type: 'boolean' },
  },
  allowPositionals: true,
})
const unknown = positionals.find((name) => !Object.hasOwn(benchmarks, name))
if (unknown !== undefined) {
  console.error(`there is no benchmark "${unknown}"; there are: ${Object.keys(benchmarks).join(', ')}`)
  process.exit(2)
}

console.log(`node ${process.version}, ${cpus().length} cores${values.smoke ? ', smoke: the numbers mean nothing' : ''}`)
for (const name of positionals.length > 0 ? positionals : Object.keys(benchmarks)) {
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
  const { smoke = false, attack, native = false } = values
  await benchmarks[name]({ smoke, attack, minutes, native })
}
