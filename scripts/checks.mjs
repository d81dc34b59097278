/**
 * What `npm test` asks before the tests, on two cores: the types of the tree on one, all else on the other. What a check prints is shown
 * when it ends; the exit code is 1 if one fails.
 */

import { spawn } from 'node:child_process'

/** The compiler ends soon, and has memory to spare until then: that it collects garbage less often saves a tenth of its time. */
const env = { GOGC: '300', ...process.env }

/** Runs a script of package.json; answers whether it succeeded. */
const runs = (script) =>
  new Promise((resolve) => {
    const printed = []
    const child = spawn('npm', ['run', '--silent', script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(chunk))
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(printed))
      console.log(`${script}: ${code === 0 ? 'in order' : `exit code ${code}`}`)
      resolve(code === 0)
    })
  })

async function inTurn(scripts) {
  let succeeded = true
  for (const script of scripts) succeeded = (await runs(script)) && succeeded
  return succeeded
}

const lanes = await Promise.all([inTurn(['types:tree']), inTurn(['types:page', 'lint', 'bundle'])])
if (lanes.includes(false)) process.exitCode = 1
