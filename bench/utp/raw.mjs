import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startJsonLines } from '../lib/json-lines.mjs'
import { heading, mebibytesPerSecond, microsPerKibibyte, spread, table, target, times } from '../lib/report.mjs'
import { interleave, median, medianRatio } from '../lib/rounds.mjs'

const mebibyte = 1024 * 1024
const program = fileURLToPath(new URL('end.mjs', import.meta.url))

/** The binding of libutp, which is no dependency of ours: fetched when it is asked for. */
const native = 'utp-native@2.5.3'

/** Bytes from one end to another over uTP on loopback, each end in a process of its own: how fast, and at what cost of the processor. */
export async function rawUtp({ smoke, native: isNativeWanted }) {
  const length = (smoke ? 8 : 256) * mebibyte
  heading(`utp-raw: ${length / mebibyte} MiB over uTP on loopback, each end in a process of its own`)
  const folder = isNativeWanted ? await fetchNative() : undefined
  try {
    await compare(length, folder, smoke)
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true })
  }
}

async function compare(length, nativeFolder, smoke) {
  const contenders = { peerchart: carry('peerchart', length), 'bare datagrams': carry('datagrams', length) }
  // At its pace a sixteenth takes as long.
  if (nativeFolder) contenders['utp-native'] = carry('utp-native', length / 16, nativeFolder)
  else console.log('  utp-native is left out: --native fetches it')
  const results = await interleave(contenders, { rounds: smoke ? 1 : 5, warmUps: smoke ? 0 : 1 })
  table([
    ['', 'least', 'median', 'most', 'processor: sender', 'receiver'],
    ...Object.entries(results).map(([name, runs]) => [
      name,
      ...spread(rates(runs), mebibytesPerSecond),
      ...['sender', 'receiver'].map((end) => microsPerKibibyte(median(runs.map((run) => run[end])))),
    ]),
  ])
  const ours = rates(results.peerchart)
  console.log(`  of bare datagrams: ${times(medianRatio(ours, rates(results['bare datagrams'])))}`)
  const rate = median(ours)
  const ofNative = nativeFolder === undefined ? 0 : medianRatio(ours, rates(results['utp-native']))
  const found = mebibytesPerSecond(rate) + (nativeFolder === undefined ? '' : `, ${times(ofNative)}`)
  target('at least 100 MiB/s, or 40.00x utp-native', found, rate >= 100 * mebibyte || ofNative >= 40)
}

const rates = (runs) => runs.map(({ rate }) => rate)

/** A transfer of `length` bytes: bytes a second, and the processor seconds a byte of both ends. */
const carry = (contender, length, nativeFolder) => async () => {
  const environment = nativeFolder && { UTP_NATIVE: join(nativeFolder, 'node_modules', 'utp-native') }
  const start = (...args) => startJsonLines(process.execPath, [program, contender, ...args], environment)
  const receiver = start('receive', String(length))
  const { port } = await receiver.next('listening')
  const sender = start('send', String(length), String(port))
  try {
    const { seconds } = await receiver.next('done')
    return { rate: length / seconds, sender: await spent(sender, length), receiver: await spent(receiver, length) }
  } finally {
    await Promise.all([sender.end(), receiver.end()])
  }
}

async function spent(end, length) {
  await end.end()
  const { processorSeconds } = await end.next('spent')
  return processorSeconds / length
}

/** Answers the folder that utp-native is in: its prebuilt binary, as none of its scripts is run. */
async function fetchNative() {
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-bench-'))
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]
  await promisify(execFile)('npm', ['install', ...options, native], { timeout: 120_000 })
  return folder
}
