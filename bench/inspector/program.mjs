import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Forks a program beside this module. `say(what)`; `next()` resolves to what it says next; `end()`. */
export function startProgram(name, args, execArgv = []) {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args.map(String), { execArgv })
  const heard = []
  const waiting = []
  child.on('message', (message) => (waiting.length > 0 ? waiting.shift()(message) : heard.push(message)))
  return {
    say: (what) => child.send(what),
    next: () => (heard.length > 0 ? Promise.resolve(heard.shift()) : new Promise((resolve) => waiting.push(resolve))),
    end: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}
