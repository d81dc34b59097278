import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import type { Standing } from '../../../cli/output/output.ts'
import { standingLines } from '../../../cli/output/standing-lines.ts'

const torrent: Standing = {
  name: 'holiday 日本語 in the mountains, last summer.mkv',
  pieces: 537,
  total: 1000,
  rateDown: 337_000,
  rateUp: 12_000,
  torrent: { done: 562_036_736, length: 1_046_478_848, peers: 30, secondsLeft: 1437 },
}
const peer: Standing = {
  name: '203.0.113.207:51413 in',
  pieces: 1000,
  total: 1000,
  rateDown: 9_400,
  rateUp: 0,
  note: 'qBittorrent 4.6.5',
}
/** As large as numbers get. */
const large: Standing = {
  ...torrent,
  pieces: 999_999,
  total: 999_999,
  rateDown: 1023.4 * 1024 ** 2,
  rateUp: 1023.4 * 1024 ** 2,
  torrent: { done: 999 * 1024 ** 3, length: 999 * 1024 ** 3, peers: 200, secondsLeft: 99 * 86_400 },
}

describe('a torrent has name, percent, done of total, rates, peers and ETA', () => {
  test('on one line of 200 columns', () => {
    expect(standingLines([torrent], 200)).toEqual([
      'holiday 日本語 in the mountains, last summer.mkv ████████████████░░░░░░░░░░░░░░  53% 536.0 MiB of 998.0 MiB' +
        '  ↓329.1 KiB/s   ↑11.7 KiB/s  30 peers ETA 23m57s',
    ])
  })

  test('on one line of 80 columns', () => {
    expect(standingLines([torrent], 80)).toEqual([
      'holiday 日本語 i… █████░░░░░  53% 536M/998M ↓329K/s  ↑12K/s  30 peers ETA 23m57s',
    ])
  })

  test('on two lines of 40 columns', () => {
    const name = 'holiday 日本語 in the mountains, last s…'
    expect(standingLines([torrent], 40)).toEqual([name, '53% 536M/998M ↓329K ↑12K 30 peers 23m57s'])
    expect(standingLines([torrent], 39)[1]).toBe('53% 536M/998M ↓329K ↑12K 30p 23m57s')
  })

  test('in any number of columns, with no number cut', () => {
    for (let columns = 12; columns <= 220; columns += 4) {
      for (const standing of [torrent, large]) {
        const lines = standingLines([standing, peer], columns)
        expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([])
        const [numbers] = lines.slice(0, -1).join(' ').split(/[█░…]/).slice(-1)
        const isWhole = /\d+% .*\S+(\/| of ).*↓\S+.*↑\S+.* \d+( peers|p)\b.* \S+$/
        expect(numbers).toMatch(columns < 40 ? /\d+%|^$/ : isWhole)
      }
    }
  })
})

test('a peer has its whole address from 80 columns on, and its client where there is room', () => {
  for (const columns of [80, 200]) {
    const [, line] = standingLines([torrent, peer], columns)
    expect(line).toMatch(/^ {2}203\.0\.113\.207:51413 in +100% +↓9\.2( Ki|K)B?\/s +↑0( B)?\/s qBittorrent 4\.6\.5$/)
  }
  expect(standingLines([peer], 40)).toEqual(['  203.0.113.207:51413 in 100% ↓9.2K ↑0 …'])
})

test('numbers of all lines stand below each other', () => {
  for (const columns of [80, 200]) {
    const lines = standingLines([torrent, { ...torrent, pieces: 0, rateDown: 0 }, peer], columns)
    const ends = lines.map((line) => stringWidth(line.slice(0, line.indexOf('%'))))
    expect(new Set(ends).size).toBe(1)
  }
})

test('a torrent whose metadata has not come has no share, and one that stands still no ETA', () => {
  const waiting = { ...torrent, pieces: 0, total: 0, torrent: { done: 0, length: 0, peers: 1 } }
  expect(standingLines([waiting], 80)[0]).toMatch(/░{10} +- +0\/0 +↓329K\/s +↑12K\/s +1 peer$/)
})

test('a name steers no terminal', () => {
  expect(standingLines([{ ...torrent, name: 'a\u001b[2J\nb' }], 40)[0]).toBe('a [2J b')
})
