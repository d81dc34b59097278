#!/usr/bin/env node
import { homedir } from 'node:os'
import { isatty } from 'node:tty'
import { charts } from '../diagram/charts.ts'
import { drawMachine } from '../diagram/diagram.ts'
import {
  createMetainfo,
  createTorrent,
  openFileStore,
  openMemoryStore,
  openRecorder,
  parseMagnet,
  readMetainfo,
  replayRecord,
  startInspector,
  systemClock,
  utpTransport,
} from '../index.ts'
import { resumeFiles } from './context/resume-files.ts'
import { type EndingSignal, signalExitCodes } from './process/exit.ts'
import { leaver, leaveWhenPrinted } from './process/leave.ts'
import { run } from './run.ts'

const leave = leaver({
  isTerminal: isatty,
  isWaiting: () => process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq')),
  later: setTimeout,
  exit: (exitCode) => process.exit(exitCode),
  end(signal) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  },
})

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  api: {
    createTorrent,
    createMetainfo,
    openFileStore,
    openMemoryStore,
    openRecorder,
    parseMagnet,
    readMetainfo,
    replayRecord,
    startInspector,
    utpTransport,
    resumeFiles: resumeFiles(process.env, homedir()),
    diagrams: Object.fromEntries(
      Object.entries(charts).map(([name, machine]) => [name, (format) => drawMachine(machine, format)]),
    ),
  },
  onInterrupt(listener) {
    const signals = Object.keys(signalExitCodes) as EndingSignal[]
    const listeners = signals.map((signal) => [signal, () => listener(signal)] as const)
    for (const [signal, heard] of listeners) process.on(signal, heard)
    return () => {
      for (const [signal, heard] of listeners) process.off(signal, heard)
    }
  },
  exit: leave,
})

leaveWhenPrinted(code, {
  flush: (done) => process.stderr.write('', () => process.stdout.write('', done)),
  later: setTimeout,
  leave,
})
