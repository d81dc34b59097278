import { describe, expect, test } from 'vitest'
import { type Explanation, type ReasonCode, reasonKinds } from '../../../machines/explain/reasons.ts'
import { below, rowsOf } from '../../docs/manual.ts'
import { inFull } from '../../in-full.ts'
import { situations } from './situations.ts'

/** The disk is behind only when 64 MiB wait for it. */
const dear: readonly ReasonCode[] = ['disk_backlog']

const codes = (Object.keys(reasonKinds) as ReasonCode[]).filter((code) => inFull || !dear.includes(code))

const found = ({ download, upload }: Explanation, code: ReasonCode) => [
  download.find((reason) => reason.code === code),
  upload.find((reason) => reason.code === code),
]

describe('each reason comes about, since then, and goes when it is freed:', () => {
  test.each(codes)('%s', async (code) => {
    const { explain, since, free, end } = await situations[code]()
    const { direction, freedBy } = reasonKinds[code]
    const [down, up] = found(explain(), code)
    expect(down !== undefined, 'download').toBe(direction !== 'upload')
    expect(up !== undefined, 'upload').toBe(direction !== 'download')
    const reason = down ?? up
    expect(reason?.freedBy).toEqual(freedBy)
    expect(reason?.text).toMatch(/^\P{Cc}+$/u)
    expect(Math.abs((reason?.since ?? Number.NaN) - since), `since ${reason?.since}`).toBeLessThanOrEqual(1_000)
    if (free) {
      await free()
      expect(found(explain(), code)).toEqual([undefined, undefined])
    }
    await end?.()
  })
})

test('docs/swarm.md lists the reasons as they are, below its mark', () => {
  const rows = rowsOf(below('docs/swarm.md', 'explain reasons'))
  const ways = { download: '↓', upload: '↑', both: '↓ ↑' } as const
  const whose = { peer: 'peer', torrent: 'torrent', both: 'torrent, peer' } as const
  const expected = Object.entries(reasonKinds).map(([code, { of, direction, text, freedBy }]) => {
    const events = freedBy.map((event) => `\`${event}\``).join(', ')
    return `| \`${code}\` | ${whose[of]} | ${ways[direction]} | ${text} | ${events} |`
  })
  expect(rows).toEqual(expected)
})
