#!/usr/bin/env node
import { homedir } from 'node:os'
import { charts } from '../diagram/charts.ts'
import { drawMachine } from '../diagram/diagram.ts'
import {
  createMetainfo,
  createTorrent,
  openFileStore,
  openMemoryStore,
  parseMagnet,
  parseMetainfo,
  systemClock,
} from '../index.ts'
import { resumeFiles } from './resume-files.ts'
import { run } from './run.ts'

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  api: {
    createTorrent,
    createMetainfo,
    openFileStore,
    openMemoryStore,
    parseMagnet,
    parseMetainfo,
    resumeFiles: resumeFiles(process.env, homedir()),
    diagrams: Object.fromEntries(
      Object.entries(charts).map(([name, machine]) => [name, (format) => drawMachine(machine, format)]),
    ),
  },
  onInterrupt(listener) {
    process.on('SIGINT', listener)
    return () => process.off('SIGINT', listener)
  },
  exit: (exitCode) => process.exit(exitCode),
})

// Pipes are written behind the scenes: what was printed is on its way before the process ends.
process.stderr.write('', () => process.stdout.write('', () => process.exit(code)))
