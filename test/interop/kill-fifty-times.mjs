// Downloads a torrent with resume data on, from one seeder, to a disk that takes so long for each write, in milliseconds:
// `node kill-fifty-times.mjs <torrent> <out> <resume file> <port> <write ms>`.
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createTorrent, openFileStore, parseMetainfo, resumeFile } from '../../dist/index.js'

const [torrentFile = '', out = '', resume = '', port = '', writeMs = '0'] = process.argv.slice(2)
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

const store = await openFileStore(metainfo, out)
/** The pieces whose bytes the check looked at; all others it took on the word of the resume data. */
const read = new Set()
const get = store.get.bind(store)
store.get = (index, range, done) => {
  read.add(index)
  get(index, range, done)
}

const torrent = createTorrent({
  metainfo,
  store,
  resume: resumeFile(resume),
  peers: [{ host: '127.0.0.1', port: Number(port) }],
  encryption: 'none',
  // Ten seconds pass in thirty milliseconds, and with them comes the time to save. Shorter waits are as long as ever, and so is how long the last save may take.
  clock: {
    now: () => performance.now(),
    setTimeout: (run, ms) => setTimeout(run, ms < 10_000 || ms >= 30_000 ? ms : ms / 333),
    clearTimeout,
  },
})
torrent.on('resume_failed', ({ error }) => say({ event: 'resume_failed', message: error.message }))
torrent.on('verified', () => {
  const pieces = [...torrent.actor.getSnapshot().context.core.getSnapshot().context.have.indexes()]
  say({ event: 'verified', pieces, believed: pieces.filter((index) => !read.has(index)) })
})
torrent.on('done', async () => {
  await torrent.stop()
  say({ event: 'done' })
})
torrent.start()
