// Seeds from a folder with resume data on, and moves its files to the other folders in turn, again and again:
// `node kill-while-moving.mjs <torrent> <resume file> <folder> <other folder> …`.
import { readFileSync } from 'node:fs'
import { createTorrent, openFileStore, parseMetainfo, resumeFile } from '../../dist/index.js'

const [torrentFile = '', resume = '', ...folders] = process.argv.slice(2)
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const metainfo = parseMetainfo(readFileSync(torrentFile))
const store = await openFileStore(metainfo, folders[0])
const torrent = createTorrent({ metainfo, store, resume: resumeFile(resume) })
torrent.start()
await torrent.done
say({ event: 'verified', pieces: torrent.progress.pieces, folder: torrent.folder })
for (let move = 1; ; move++) {
  await torrent.moveTo(folders[move % folders.length])
  say({ event: 'moved', folder: torrent.folder })
}
