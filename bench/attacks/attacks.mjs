import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { memoryPeak, processorSeconds, secondsToIdle } from '../lib/process-figures.mjs'
import { heading, table, target } from '../lib/report.mjs'
import { median } from '../lib/rounds.mjs'
import { leech } from './good-leecher.mjs'
import { zeros } from './torrent.mjs'

const mebibyte = 1024 * 1024
/** 64 MiB. */
const usual = { pieces: 1024, pieceLength: 65_536 }
/** So many pieces that what is done for each of them shows; 64 MiB of them are enough. */
const veryMany = { pieces: 500_000, pieceLength: 16_384, enough: 4096 }

/** By name in `scripts.mjs`: what is attacked, and with which torrent. */
const attacks = {
  'extended, known': { role: 'seed', shape: usual },
  'extended, unknown': { role: 'seed', shape: usual },
  'extended handshakes': { role: 'seed', shape: usual },
  'extended, from 20': { role: 'seed', shape: usual },
  repeats: { role: 'seed', shape: usual },
  silent: { role: 'seed', shape: usual },
  'half handshakes': { role: 'seed', shape: usual },
  'never asking': { role: 'seed', shape: usual },
  'never reading': { role: 'seed', shape: usual },
  'once good': { role: 'leecher', shape: usual },
  'metadata sizes': { role: 'magnet', shape: usual },
  'allowed fast': { role: 'seed', shape: usual },
  bitfields: { role: 'leecher', shape: veryMany },
}

const bars = { times: 3, memory: 250 * mebibyte, idleSeconds: 2 }

/**
 * A torrent under attack over loopback: how long a transfer of 64 MiB with a peer of good manners takes beside the attackers, in units of
 * the same without them; the most memory of the attacked process; and how long after the attackers are gone it is busy. The attack
 * has some seconds to settle before the good peer comes, and ends when that is done.
 */
export async function attacked({ smoke, attack: chosen = Object.keys(attacks) }) {
  heading('attacks: 64 MiB from or to the one attacked, beside attackers and without them')
  if (process.platform !== 'linux') {
    console.log('  left out: what a process takes is read from /proc, which Linux has')
    return
  }
  const rounds = smoke ? 1 : 3
  const leadMs = smoke ? 100 : 3000
  const limitMs = smoke ? 2000 : 60_000
  const rows = [['', 'alone', 'beside', 'times', 'memory', 'processor', 'idle after', 'taken']]
  let misses = 0
  for (const [name, attack] of Object.entries(attacks).filter(([one]) => chosen.includes(one))) {
    const shape = smoke ? { pieces: 16, pieceLength: 65_536, enough: 16 } : attack.shape
    const runs = []
    for (let round = 0; round < rounds; round++) {
      const alone = await run({ ...attack, shape, limitMs })
      const beside = await run({ ...attack, shape, limitMs, name, leadMs })
      runs.push({ alone: alone.seconds, ...beside, times: beside.seconds / alone.seconds })
    }
    const of = (figure) => median(runs.map((one) => one[figure]))
    const [ratio, memory, idle] = [of('times'), Math.max(...runs.map((one) => one.memory)), of('idle')]
    if (ratio > bars.times || memory > bars.memory || idle > bars.idleSeconds) misses++
    rows.push([
      name,
      seconds(of('alone'), limitMs),
      seconds(of('seconds'), limitMs),
      Number.isFinite(ratio) ? `${ratio.toFixed(1)}x` : 'never',
      `${(memory / mebibyte).toFixed(0)} MiB`,
      `${(100 * of('share')).toFixed(0)} %`,
      seconds(idle, limitMs),
      `${(of('taken') / mebibyte).toFixed(0)} MiB`,
    ])
  }
  table(rows)
  target(
    'attacks beside which 3 times, 250 MiB and 2 s are not exceeded',
    `${rows.length - 1 - misses} of ${rows.length - 1}`,
    misses === 0,
  )
}

const seconds = (value, limitMs) => (Number.isFinite(value) ? `${value.toFixed(1)} s` : `> ${limitMs / 1000} s`)

/** One transfer, beside the attackers of `name` or without any. What did not come to an end in time took infinitely long. */
async function run({ role, shape, limitMs, name, leadMs }) {
  const program = (file, argument) =>
    fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(argument)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
  const children = []
  const start = async (options) => {
    const child = program('subject.mjs', { shape, ...options })
    children.push(child)
    return { child, address: await said(child, 'listening') }
  }
  try {
    const subject = await start({ role })
    let attackers
    if (name !== undefined) {
      attackers = program('attackers.mjs', { name, address: subject.address, shape })
      children.push(attackers)
      await wait(leadMs)
    }
    const processorBefore = processorSeconds(subject.child.pid)
    const startedAt = performance.now()
    const took = await transfer({ role, shape, limitMs, subject, start })
    const share = (1000 * (processorSeconds(subject.child.pid) - processorBefore)) / (performance.now() - startedAt)
    let taken = 0
    if (attackers) {
      attackers.send('how much?')
      taken = await said(attackers, 'taken')
      await ended(attackers)
    }
    const idle = (await secondsToIdle(subject.child.pid, limitMs)) ?? Number.POSITIVE_INFINITY
    return { seconds: took ?? Number.POSITIVE_INFINITY, share, taken, idle, memory: memoryPeak(subject.child.pid) }
  } finally {
    await Promise.all(children.map(ended))
  }
}

/** The seconds of the transfer; undefined when the time was up. */
async function transfer({ role, shape, limitMs, subject, start }) {
  if (role === 'seed') return leech({ seed: subject.address, metainfo: zeros(shape), limitMs })
  const seed = await start({ role: 'seed', shape })
  const isDone = said(subject.child, 'done')
  const startedAt = performance.now()
  subject.child.send({ dial: [seed.address] })
  const done = await Promise.race([isDone, wait(limitMs, false, { ref: false })])
  const took = (performance.now() - startedAt) / 1000
  // Of a torrent with very many pieces there would be more to fetch: what keeps the attacked one busy then is to be the attack alone.
  await ended(seed.child)
  return done ? took : undefined
}

/** What a program says under a key. Rejects when it fails or ends first. */
function said(child, key) {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message[key] !== undefined) resolve(message[key])
      if (message.failed !== undefined) reject(new Error(message.failed))
    })
    child.once('exit', () => reject(new Error(`a program ended before it said "${key}"`)))
  })
}

async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
