import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import { formatBytes, formatDuration, formatRate, formatShort, printable } from './format.ts'
import type { Standing, TorrentStanding } from './output.ts'

/** How the numbers of all lines are written, so that they stand below each other. Widths are columns of the terminal. */
interface Form {
  readonly amount: (torrent: TorrentStanding) => string
  readonly rate: (bytesPerSecond: number) => string
  readonly amountWidth: number
  readonly rateWidth: number
}

const percentWidth = 4
const peersWidth = 9
const etaWidth = 10

const long: Form = {
  amount: ({ done, length }) => `${formatBytes(done)} of ${formatBytes(length)}`,
  rate: formatRate,
  amountWidth: 22,
  rateWidth: 13,
}

const short: Form = {
  amount: ({ done, length }) => `${formatShort(done)}/${formatShort(length)}`,
  rate: (bytesPerSecond) => `${formatShort(bytesPerSecond)}/s`,
  amountWidth: 9,
  rateWidth: 7,
}

/** Below that a name says nothing. */
const nameWidthMin = 12
const barWidthMin = 8
const barWidthMax = 30
/** A peer stands below its torrent. */
const indent = '  '

/** What all numbers of a form take, with a space before each. */
const numbersWidth = ({ amountWidth, rateWidth }: Form) =>
  percentWidth + amountWidth + 2 * rateWidth + peersWidth + etaWidth + 6

/**
 * A line for each standing, none wider than `columns`, where names are cut and numbers never are. Where a torrent's name and its numbers do
 * not fit on one line, it has two.
 */
export function standingLines(standings: readonly Standing[], columns: number): readonly string[] {
  const form = [long, short].find((one) => numbersWidth(one) + nameWidthMin + barWidthMin + 1 <= columns)
  if (!form) return standings.flatMap((standing) => stacked(standing, columns))
  const room = columns - numbersWidth(form) - 1
  const barWidth = Math.min(barWidthMax, Math.max(barWidthMin, Math.floor(room * 0.4)))
  const widest = Math.max(...standings.map((standing) => stringWidth(nameOf(standing))))
  const nameWidth = Math.min(widest, room - barWidth)
  return standings.map((standing) => inColumns(standing, form, nameWidth, barWidth, columns))
}

function inColumns(standing: Standing, form: Form, nameWidth: number, barWidth: number, columns: number): string {
  const { torrent, note = '' } = standing
  const [down, up] = rates(standing, form.rate)
  const name = nameOf(standing)
  const cells = [
    // The address of a peer takes the place of a bar: how much the peer has matters less than which one it is.
    torrent ? `${pad(name, nameWidth)} ${bar(standing, barWidth)}` : pad(name, nameWidth + 1 + barWidth),
    percent(standing).padStart(percentWidth),
    (torrent ? form.amount(torrent) : '').padStart(form.amountWidth),
    down.padStart(form.rateWidth),
    up.padStart(form.rateWidth),
    ...(torrent ? [peers(torrent).padStart(peersWidth), eta(torrent)] : []),
    printable(note),
  ]
  return cut(cells.join(' ').trimEnd(), columns)
}

/** Where there is little room: the name, and the numbers below it. A peer has one line. */
function stacked(standing: Standing, columns: number): readonly string[] {
  const { torrent, note = '' } = standing
  const both = rates(standing, formatShort)
  const name = nameOf(standing)
  if (!torrent) {
    const numbers = [percent(standing), ...both].join(' ')
    const nameWidth = Math.max(1, columns - numbers.length - 1)
    return [cut(`${cut(name, nameWidth)} ${numbers} ${printable(note)}`.trimEnd(), columns)]
  }
  const left = torrent.secondsLeft === undefined ? [] : [formatDuration(torrent.secondsLeft)]
  const amount = short.amount(torrent)
  const share = percent(standing)
  // The first that fits: a number that has no room is not there, rather than a part of it.
  const numbers = [
    [share, amount, ...both, peers(torrent), ...left],
    [share, amount, ...both, torrent.peers === undefined ? '' : `${torrent.peers}p`, ...left],
    [share, amount, ...both, ...left],
    [share, amount, ...left],
    [share, ...left],
    [share],
  ].map((words) => words.filter((word) => word !== '').join(' '))
  return [cut(name, columns), numbers.find((text) => stringWidth(text) <= columns) ?? '']
}

const nameOf = ({ name, torrent }: Standing): string => `${torrent ? '' : indent}${printable(name)}`

function percent({ pieces, total }: Standing): string {
  return total === 0 ? '-' : `${Math.floor((100 * pieces) / total)}%`
}

const rates = ({ rateDown, rateUp }: Standing, format: Form['rate']): readonly [down: string, up: string] => [
  rateDown === undefined ? '' : `↓${format(rateDown)}`,
  rateUp === undefined ? '' : `↑${format(rateUp)}`,
]

function peers({ peers: count }: TorrentStanding): string {
  return count === undefined ? '' : `${count} ${count === 1 ? 'peer' : 'peers'}`
}

const eta = ({ secondsLeft }: TorrentStanding): string =>
  (secondsLeft === undefined ? '' : `ETA ${formatDuration(secondsLeft)}`).padStart(etaWidth)

function bar({ pieces, total }: Standing, width: number): string {
  const filled = total === 0 ? 0 : Math.floor((width * pieces) / total)
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

/** Filled up, or cut, to so many columns. */
function pad(text: string, width: number): string {
  const short = cut(text, width)
  return short + ' '.repeat(Math.max(0, width - stringWidth(short)))
}

/** At most so many columns: the package keeps a wide letter whose first half has room. */
function cut(text: string, width: number): string {
  const short = cliTruncate(text, width)
  return stringWidth(short) <= width ? short : cliTruncate(text, width - 1)
}
