// Downloads a torrent with resume data on, from one seeder, to a disk that takes so long for each write, in milliseconds, and chooses other
// files every few milliseconds, by chance of a seed; with the seed 0 all files, once, and ends:
// `node kill-files-fifty-times.mjs <torrent> <out> <resume file> <port> <write ms> <seed>`.
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createTorrent, openFileStore, parseMetainfo, resumeFile, seededRandom } from '../../dist/index.js'

const [torrentFile = '', out = '', resume = '', port = '', writeMs = '0', seed = '0'] = process.argv.slice(2)
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const metainfo = parseMetainfo(readFileSync(torrentFile))

if (Number(writeMs) > 0) {
  const anyFile = await open(torrentFile)
  const { write } = Object.getPrototypeOf(anyFile)
  Object.getPrototypeOf(anyFile).write = async function (...args) {
    await new Promise((resolve) => setTimeout(resolve, Number(writeMs)))
    return write.apply(this, args)
  }
  await anyFile.close()
}

const random = seededRandom(Number(seed))
const priorities = ['skip', 'skip', 'skip', 'normal', 'high']
const anyOf = () => priorities[Math.floor(random() * priorities.length)]
const choice = seed === '0' ? () => 'normal' : anyOf

const torrent = createTorrent({
  metainfo,
  store: await openFileStore(metainfo, out),
  resume: resumeFile(resume),
  peers: [{ host: '127.0.0.1', port: Number(port) }],
  encryption: 'none',
  // Every third run goes on with what was chosen last.
  ...(Number(seed) % 3 !== 2 && { files: choice }),
  // Ten seconds pass, but in the last run, in thirty milliseconds, and with them comes the time to save. Shorter waits are as long as ever, and so is how long the last save may take.
  clock: {
    now: () => performance.now(),
    setTimeout: (run, ms) => setTimeout(run, ms < 10_000 || seed === '0' ? ms : ms / 333),
    clearTimeout,
  },
})
for (const type of ['warning', 'resume_failed', 'failed'])
  torrent.on(type, ({ error, message = error?.message }) => say({ event: 'trouble', type, message }))
torrent.on('verified', () => {
  say({ event: 'verified', pieces: [...torrent.pieces.indexes()] })
  if (seed === '0') return
  const choose = () => {
    torrent.select({ [Math.floor(random() * torrent.files.length)]: anyOf() })
    setTimeout(choose, 60 * random())
  }
  setTimeout(choose, 30 * random())
})
torrent.on('piece', ({ index }) => say({ event: 'piece', index }))
torrent.on('done', async () => {
  say({ event: 'chosen' })
  if (seed !== '0') return
  await torrent.stop()
  say({ event: 'done' })
})
torrent.start()
