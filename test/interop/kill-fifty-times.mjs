// Downloads a torrent with resume data on, from one seeder: `node kill-fifty-times.mjs <torrent> <out> <resume file> <port>`.
import { readFileSync } from 'node:fs'
import { createTorrent, openFileStore, parseMetainfo, resumeFile } from '../../dist/index.js'

const [torrentFile = '', out = '', resume = '', port = ''] = process.argv.slice(2)
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const metainfo = parseMetainfo(readFileSync(torrentFile))
const torrent = createTorrent({
  metainfo,
  store: await openFileStore(metainfo, out),
  resume: resumeFile(resume),
  peers: [{ host: '127.0.0.1', port: Number(port) }],
  encryption: 'none',
  // Ten seconds pass in thirty milliseconds, and with them comes the time to save; shorter waits are as long as ever.
  clock: {
    now: () => performance.now(),
    setTimeout: (run, ms) => setTimeout(run, ms < 10_000 ? ms : ms / 333),
    clearTimeout,
  },
})
torrent.on('resume_failed', ({ error }) => say({ event: 'resume_failed', message: error.message }))
torrent.on('verified', () => {
  say({ event: 'verified', pieces: [...torrent.actor.getSnapshot().context.have.indexes()] })
})
torrent.on('done', async () => {
  await torrent.stop()
  say({ event: 'done' })
})
torrent.start()
