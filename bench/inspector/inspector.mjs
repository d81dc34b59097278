import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { heading, mebibytesPerSecond, spread, table, target, times } from '../lib/report.mjs'
import { interleave, medianRatio } from '../lib/rounds.mjs'
import { launchBrowser, openPage } from './page.mjs'
import { startProgram } from './program.mjs'

const mebibyte = 1024 * 1024

/**
 * What an inspector costs a download over loopback TCP from another process to disk: none asked for, `inspect: undefined`, one without a page,
 * and one with its page open in Chromium on the chart of the torrent.
 */
export async function inspector({ smoke }) {
  const pieceLength = mebibyte
  const pieces = smoke ? 16 : 1024
  const browser = await launchBrowser()
  heading(`inspector: ${pieces} MiB over loopback TCP to disk`)
  if (browser === undefined) {
    console.log('  left out: Chromium is missing (the Debian package chromium)')
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-bench-'))
  const seeding = startProgram('seeding.mjs', [pieces, pieceLength])
  try {
    const { port } = await seeding.next()
    let run = 0
    const timed = (how) => async () => {
      const out = join(folder, `out-${run++}`)
      const downloading = startProgram('downloading.mjs', [how, port, pieces, pieceLength, out])
      const { url } = await downloading.next()
      const shown = how === 'page' ? await openPage(browser, url) : undefined
      try {
        if (shown) await look(shown.page)
        downloading.say('go')
        return (pieces * pieceLength) / (await downloading.next())
      } finally {
        await shown?.close()
        await downloading.end()
        await rm(out, { recursive: true, force: true })
      }
    }
    const results = await interleave(
      {
        none: timed('none'),
        'inspect: undefined': timed('undefined'),
        'no page': timed('inspector'),
        page: timed('page'),
      },
      { rounds: smoke ? 1 : 7, warmUps: smoke ? 0 : 1 },
    )
    table([
      ['', 'least', 'median', 'most'],
      ...Object.entries(results).map(([name, rates]) => [name, ...spread(rates, mebibytesPerSecond)]),
    ])
    const { none, 'inspect: undefined': off, 'no page': alone, page } = results
    console.log(`  without a page: ${times(medianRatio(alone, none))}`)
    const equal = medianRatio(off, none)
    target('inspect: undefined beside none, 0.95x to 1.05x', times(equal), equal >= 0.95 && equal <= 1.05)
    const ratio = medianRatio(page, none)
    target('with its page beside none, at least 0.70x', times(ratio), ratio >= 0.7)
  } finally {
    await seeding.end()
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Has the chart of the torrent drawn, as on a page that has been open for a while. */
async function look(page) {
  await page.locator('.actors .torrent').first().click()
  await page.waitForSelector('.drawing svg')
}
