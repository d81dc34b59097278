#!/usr/bin/env node
import { drawMachine } from '../diagram/diagram.ts'
import {
  createMetainfo,
  createTorrent,
  openFileStore,
  openMemoryStore,
  parseMetainfo,
  peerMachine,
  torrentMachine,
} from '../index.ts'
import { run } from './run.ts'

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  // Unlike the library's clock this one keeps the process alive: between two dials a torrent may hold no socket.
  clock: { now: () => performance.now(), setTimeout, clearTimeout },
  api: {
    createTorrent,
    createMetainfo,
    openFileStore,
    openMemoryStore,
    parseMetainfo,
    diagrams: {
      peer: (format) => drawMachine(peerMachine, format),
      torrent: (format) => drawMachine(torrentMachine, format),
    },
  },
  onInterrupt(listener) {
    process.on('SIGINT', listener)
    return () => process.off('SIGINT', listener)
  },
  exit: (exitCode) => process.exit(exitCode),
})

// Pipes are written behind the scenes: what was printed is on its way before the process ends.
process.stderr.write('', () => process.stdout.write('', () => process.exit(code)))
