import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * Starts a program that prints one JSON object a line. `next(event)` resolves with the next object of that `event`, and rejects
 * when the program ends first; `at` is when its line was read, by `performance.now()`. `end()` asks it to end and waits;
 * `ended` resolves when it has; `pid` is its number. `environment`: what it has beside ours.
 */
export function startJsonLines(command, args, environment = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  const seen = []
  const waiters = new Set()
  const look = () => {
    for (const waiter of waiters) {
      const found = seen.findIndex(({ event }) => event === waiter.event)
      if (found < 0) continue
      waiters.delete(waiter)
      waiter.resolve(seen.splice(found, 1)[0])
    }
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push({ ...JSON.parse(line), at: performance.now() })
    look()
  })
  const failure = () => new Error(`${command} ${args.slice(0, 2).join(' ')} ended: ${errors.trim().slice(-2000)}`)
  let hasEnded = false
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      errors += error.message
      resolve()
    })
    child.once('close', resolve)
  }).then(() => {
    hasEnded = true
    for (const waiter of waiters) waiter.reject(failure())
    waiters.clear()
  })
  return {
    pid: child.pid,
    ended,
    next: (event) =>
      new Promise((resolve, reject) => {
        waiters.add({ event, resolve, reject })
        look()
        if (hasEnded) reject(failure())
      }),
    end: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
