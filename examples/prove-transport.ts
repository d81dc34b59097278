import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transportCases } from 'peerchart/testing'
import { unixTransport } from './unix-sockets.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

const folder = await mkdtemp(join(tmpdir(), 'peerchart-'))
const transport = unixTransport(folder)
const cases = transportCases({
  create: () => ({
    dialler: transport,
    listener: transport,
    host: 'localhost',
    turn,
    settle: async () => {
      for (let turns = 0; turns < 50; turns++) await turn()
    },
    heldResources: () => process.getActiveResourcesInfo().filter((name) => name.startsWith('Pipe')).length,
  }),
  failures: { nobodyListens: ({ dialler }) => dialler.dial({ host: 'localhost', port: 1 }) },
  bigBytes: 2 * 1024 * 1024, // the system's buffers hold some 200 KiB
})

// In a test runner: for (const { title, run } of cases) test(title, run)
for (const { title, run } of cases) {
  await run()
  console.log('holds:', title)
}
await rm(folder, { recursive: true })
console.log('every promise of a transport holds')
