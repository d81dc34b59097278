import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import type { AnyStateMachine } from 'xstate'
import { type DrawingFormat, drawMachine } from './diagram.ts'
import { chartOf } from './edges.ts'
import { outlineOf } from './outline.ts'
import { chartToSvg, regionToSvg } from './svg.ts'

/** A drawing that is committed beside the code. */
export interface Drawing {
  readonly machine: AnyStateMachine
  /** Path from the root of the project; the ending `.svg`, `.mmd` or `.json` tells the format. */
  readonly file: string
  /** The one region to draw, as SVG, by its path: `talk`, `life.active.saving`; without it the machine is drawn whole. */
  readonly region?: string
  /** Draws the machine in outline, as SVG: its states and the events that lead from one to another. */
  readonly outline?: boolean
}

/** Draws every drawing into its file under `root`; the folders it needs are made. */
export async function writeDrawings(root: string, drawings: readonly Drawing[]): Promise<void> {
  for (const drawing of drawings) {
    const path = join(root, drawing.file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, await draw(drawing))
  }
}

/** The files whose machine has changed since they were drawn, or that are missing: what `writeDrawings` would change. */
export async function staleDrawings(root: string, drawings: readonly Drawing[]): Promise<string[]> {
  const stale: string[] = []
  for (const drawing of drawings) {
    const drawn = await draw(drawing)
    if ((await committed(join(root, drawing.file))) !== drawn) stale.push(drawing.file)
  }
  return stale
}

function draw({ machine, file, region, outline }: Drawing): Promise<string> {
  if (region !== undefined) return regionToSvg(chartOf(machine), region)
  if (outline) return chartToSvg(outlineOf(chartOf(machine)))
  const format = formats.get(extname(file))
  if (format === undefined)
    throw new Error(`no drawing format for ${file}: it ends in none of ${[...formats.keys()].join(' ')}`)
  return drawMachine(machine, format)
}

async function committed(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

const formats = new Map<string, DrawingFormat>([
  ['.svg', 'svg'],
  ['.mmd', 'mermaid'],
  ['.json', 'json'],
])
