import type { Sample, SimulationResult } from './result.ts'

const width = 720
const height = 180
const margin = { left: 80, right: 28, top: 28, bottom: 30 }

/** A line of a panel, by name. */
interface Curve {
  readonly name: string
  readonly color: string
  readonly read: (sample: Sample) => number
}

interface Panel {
  readonly title: string
  readonly curves: readonly Curve[]
  /** Where the axis ends; absent: at the most that was. */
  readonly most?: number
  /** What stands at a value on an axis that ends at `most`. */
  readonly unit: (value: number, most: number) => string
}

const percent = (value: number): string => `${Math.round(100 * value)} %`
const count = (value: number): string => String(rounded(value))

/** In the unit that suits the axis. */
function perSecond(value: number, most: number): string {
  const power = Math.min(3, Math.max(0, Math.floor(Math.log10(most) / 3)))
  return `${Number((value / 1000 ** power).toPrecision(3))} ${['B', 'kB', 'MB', 'GB'][power]}/s`
}

/**
 * One run as an SVG document that needs nothing else: how many members are complete and how much all have, against the least time that
 * the lines allow; the rate of all together; of how many copies the rarest piece is, and one in the mean. The same result gives the same
 * bytes.
 */
export function drawSimulation(result: SimulationResult): string {
  const { downloaders } = result
  const panels: readonly Panel[] = [
    {
      title: 'complete',
      most: 1,
      unit: percent,
      curves: [
        { name: 'members', color: '#0a4fa3', read: ({ completed }) => completed / Math.max(1, downloaders) },
        { name: 'bytes', color: '#8250df', read: ({ part }) => part },
      ],
    },
    {
      title: 'payload, all together',
      unit: perSecond,
      curves: [{ name: 'down', color: '#1a7f37', read: ({ rate }) => rate }],
    },
    {
      title: 'copies of a piece',
      unit: count,
      curves: [
        { name: 'in the mean', color: '#0a4fa3', read: ({ meanCopies }) => meanCopies },
        { name: 'of the rarest', color: '#cf222e', read: ({ rarestCopies }) => rarestCopies },
      ],
    },
  ]
  const panelHeight = height + margin.top + margin.bottom
  const [fullWidth, fullHeight] = [width + margin.left + margin.right, panels.length * panelHeight + 40]
  const title = `${result.scenario}, seed ${result.seed}: ${result.completed} of ${result.downloaders} complete`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${fullWidth}" height="${fullHeight}" viewBox="0 0 ${fullWidth} ${fullHeight}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${fullWidth}" height="${fullHeight}"/>`,
    `<text class="title" x="${margin.left}" y="24">${escaped(title)}</text>`,
    ...panels.map((panel, nth) => drawPanel(panel, result, nth * panelHeight + 40)),
    '</svg>\n',
  ].join('\n')
}

function drawPanel(
  { title, curves, most: given, unit }: Panel,
  { samples, seconds, optimalSeconds }: SimulationResult,
  top: number,
): string {
  const values = samples.flatMap((sample) => curves.map(({ read }) => read(sample))).filter(Number.isFinite)
  const most = given ?? (Math.max(0, ...values) || 1)
  const end = Math.max(1e-9, seconds)
  const x = (at: number) => rounded((at / end) * width)
  const y = (value: number) => rounded(height - (Math.min(value, most) / most) * height)
  const lines = curves.map(({ color, name, read }) => {
    const points = samples.map((sample) => `${x(sample.at)},${y(read(sample))}`).join(' ')
    return `<polyline stroke="${color}" points="${points}"><title>${escaped(name)}</title></polyline>`
  })
  const legend = curves.map(
    ({ color, name }, nth) =>
      `<text x="${width - nth * 110}" y="-8" text-anchor="end" style="fill:${color}">${escaped(name)}</text>`,
  )
  // Behind the curves' names, with a piece of the line before it.
  const right = width - curves.length * 110
  const optimum =
    optimalSeconds <= end
      ? [
          `<line class="optimum" x1="${x(optimalSeconds)}" x2="${x(optimalSeconds)}" y1="0" y2="${height}"><title>optimum</title></line>`,
          `<line class="optimum" x1="${right - 88}" x2="${right - 60}" y1="-12" y2="-12"/>`,
          `<text class="tick" x="${right}" y="-8" text-anchor="end">optimum</text>`,
        ]
      : []
  return [
    `<g transform="translate(${margin.left} ${top + margin.top})">`,
    `<text class="name" y="-8">${escaped(title)}</text>`,
    `<rect class="frame" width="${width}" height="${height}"/>`,
    ...[0, 0.5, 1].map(
      (part) =>
        `<text class="tick" x="-6" y="${y(part * most) + 4}" text-anchor="end">${unit(part * most, most)}</text>`,
    ),
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (part) =>
        `<text class="tick" x="${rounded(part * width)}" y="${height + 16}" text-anchor="middle">${rounded(part * end)} s</text>`,
    ),
    ...optimum,
    ...lines,
    ...legend,
    '</g>',
  ].join('\n')
}

const rounded = (value: number): number => Math.round(value * 10) / 10

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

const style = [
  "text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;font-size:12px;fill:#1f2328}",
  '.title{font-size:15px;font-weight:bold}',
  '.name{font-weight:bold}',
  '.tick{font-size:11px;fill:#59636e}',
  '.paper{fill:#fff}',
  '.frame{fill:none;stroke:#8c959f}',
  '.optimum{stroke:#59636e;stroke-dasharray:4 3}',
  'polyline{fill:none;stroke-width:2}',
].join('')
