#!/usr/bin/env node
import { availableParallelism, homedir } from 'node:os'
import { isatty } from 'node:tty'
import { testClient } from '../conformance/suite/open.ts'
import { charts } from '../diagram/charts.ts'
import { drawMachine } from '../diagram/diagram.ts'
import {
  createDht,
  createSession,
  createTorrent,
  findWrongFiles,
  openFileStore,
  openMemoryStore,
  openRecorder,
  parseMagnet,
  readMetainfo,
  replayRecord,
  startInspector,
  systemClock,
  tcpTransport,
  utpTransport,
} from '../index.ts'
import { drawSimulation, library } from '../simulator/index.ts'
import { simulateOnThreads } from '../simulator/threads/open.ts'
import { dhtTable, resumeFiles, resumeShelf } from './context/resume-files.ts'
import { createApart } from './process/create-apart.ts'
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
    createDht,
    createSession,
    createTorrent,
    drawSimulation,
    library,
    simulate: simulateOnThreads(new URL('./process/simulate-worker.js', import.meta.url), availableParallelism()),
    createMetainfo: createApart(new URL('./process/create-worker.js', import.meta.url)),
    findWrongFiles,
    openFileStore,
    openMemoryStore,
    openRecorder,
    parseMagnet,
    readMetainfo,
    replayRecord,
    startInspector,
    tcpTransport,
    testClient,
    utpTransport,
    resumeFiles: resumeFiles(process.env, homedir()),
    resumeShelf: resumeShelf(process.env, homedir()),
    dhtTable: dhtTable(process.env, homedir()),
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
