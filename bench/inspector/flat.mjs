import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { heading, table, target, times } from '../lib/report.mjs'
import { median } from '../lib/rounds.mjs'
import { launchBrowser, openPage } from './page.mjs'
import { startProgram } from './program.mjs'

const mebibyte = 1024 * 1024
/** Until code is compiled, the history of the inspector is full, and the peers are there. */
const settleShare = 0.25

/**
 * Whether an inspector and its page take more memory with time: a torrent with 300 peers over loopback TCP, downloading at 4 MiB a second,
 * inspected, its page open in Chromium on one of the peers. The heaps are looked at after a collection.
 */
export async function inspectorMemory({ smoke, minutes = 10 }) {
  const peers = smoke ? 20 : 300
  const seconds = smoke ? 6 : minutes * 60
  const everyMs = smoke ? 1_000 : 5_000
  const rate = 4 * mebibyte
  const pieceLength = 256 * 1024
  const browser = await launchBrowser()
  heading(`inspector-memory: ${peers} peers, the page open, ${seconds} s`)
  if (browser === undefined) {
    console.log('  left out: Chromium is missing (the Debian package chromium)')
    return
  }
  const pieces = Math.ceil((2 * seconds * rate) / pieceLength)
  const crowd = startProgram('crowd.mjs', [pieces, pieceLength, rate], ['--expose-gc'])
  const remotes = fork(fileURLToPath(new URL('../many/tcp-remotes.mjs', import.meta.url)), [String(peers)])
  try {
    const [[addresses], { url }] = await Promise.all([once(remotes, 'message'), crowd.next()])
    const shown = await openPage(browser, url)
    crowd.say({ peers: addresses })
    await shown.page.locator('tbody tr').first().click({ timeout: 60_000 })
    remotes.send('unchoke')
    const looks = []
    for (const begin = performance.now(); performance.now() - begin < seconds * 1000; await wait(everyMs)) {
      crowd.say({})
      const [program, page] = await Promise.all([crowd.next(), shown.figures()])
      looks.push({
        'program, heap': program.heap,
        'program, RSS': program.rss,
        'page, heap': page.heap,
        nodes: page.nodes,
        peers: program.peers,
      })
    }
    report(looks.slice(Math.floor(looks.length * settleShare)))
  } finally {
    remotes.kill()
    await crowd.end()
    await browser.close()
  }
}

/** The first third of the looks beside the last. */
function report(looks) {
  const third = Math.max(1, Math.floor(looks.length / 3))
  const middles = (name) =>
    [looks.slice(0, third), looks.slice(-third)].map((part) => median(part.map((look) => look[name])))
  const mib = (bytes) => `${(bytes / mebibyte).toFixed(1)} MiB`
  const rows = Object.keys(looks[0]).map((name) => {
    const text = name.includes(',') ? mib : (count) => count.toFixed(0)
    const [first, last] = middles(name)
    return [name, text(first), text(last), times(last / first)]
  })
  table([['', 'first third', 'last third', 'growth'], ...rows])
  for (const name of ['program, heap', 'program, RSS', 'page, heap', 'nodes']) {
    const [first, last] = middles(name)
    target(`${name}, at most 1.10x`, times(last / first), last / first <= 1.1)
  }
}
