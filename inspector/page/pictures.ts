import type { Drawn } from '../protocol/protocol.ts'
import { type Cause, type Lit, linesNaming, names, type Taken } from './lighting.ts'

const fetched = new Map<string, Promise<Drawn>>()

/** A chart by its name, fetched once. */
export function fetchChart(name: string): Promise<Drawn> {
  const known = fetched.get(name)
  if (known !== undefined) return known
  const drawn = fetch(`chart/${encodeURIComponent(name)}.json`).then((answer) => {
    if (!answer.ok) throw new Error(`the server has no chart ${name} (${answer.status})`)
    return answer.json()
  })
  fetched.set(name, drawn)
  drawn.catch(() => fetched.delete(name))
  return drawn
}

/** How high the line is in which a frame has its name, in units of the drawing. */
const frameNameHeight = 24

/** A picture of a chart in the page, whose states and transitions can be lit. */
export class Picture {
  readonly region: string
  readonly svg: SVGSVGElement
  readonly width: number
  readonly height: number
  readonly #states = new Map<string, Element[]>()
  readonly #transitions = new Map<string, Element[]>()
  #taken: Element[] = []

  /** Throws for what is no SVG. */
  constructor({ region, svg }: Drawn['pictures'][number]) {
    const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
    const own = document.importNode(parsed, true)
    if (!(own instanceof SVGSVGElement)) throw new Error(`the picture of ${region} is no SVG`)
    for (const stray of own.querySelectorAll('script, style, foreignObject, a, .paper')) stray.remove()
    const box = own.viewBox.baseVal
    // The page has the name of the region in a caption: the line of the frame that says it is cut off.
    const cut = own.querySelector('.frame > .name') ? frameNameHeight : 0
    own.setAttribute('viewBox', `0 ${cut} ${box.width} ${box.height - cut}`)
    this.region = region
    this.svg = own
    this.width = box.width
    this.height = box.height
    own.setAttribute('role', 'img')
    own.setAttribute('aria-label', `Statechart ${region}`)
    own.querySelector(':scope > title')?.remove()
    for (const group of own.querySelectorAll('g.state, g.transition')) this.#add(group)
  }

  #add(group: Element): void {
    const title = group.querySelector(':scope > title')
    if (title === null) return
    const groups = group.classList.contains('transition') ? this.#transitions : this.#states
    const id = title.textContent?.trim() ?? ''
    groups.set(id, [...(groups.get(id) ?? []), group])
  }

  scale(factor: number): void {
    this.svg.setAttribute('width', String(Math.round(this.width * factor)))
    this.svg.setAttribute('height', String(Math.round(this.height * factor)))
  }

  light({ active, around }: Lit): void {
    for (const [id, groups] of this.#states) {
      for (const group of groups) {
        group.classList.toggle('active', active.has(id))
        group.classList.toggle('around', around.has(id))
      }
    }
  }

  /** Marks the transitions that were just taken here, in place of those before; nothing happens when none is of this picture. */
  take(taken: readonly Taken[], { flash }: { readonly flash: boolean }): void {
    const marks = taken.flatMap((one) => this.#marksOf(one))
    if (marks.length === 0) return
    this.forget()
    for (const mark of marks) mark.classList.add('taken')
    if (flash) for (const mark of marks) restart(mark)
    this.#taken = marks
  }

  forget(): void {
    for (const mark of this.#taken) mark.classList.remove('taken', 'flash')
    this.#taken = []
  }

  /** The arrow, and the label of it that names the event; a transition without an arrow is a line within its source. */
  #marksOf({ source, target, ...cause }: Taken): Element[] {
    const arrows = this.#transitions.get(`${source}->${target || source}`)
    if (arrows !== undefined) return arrows.flatMap((arrow) => [arrow, ...labelsNaming(arrow, cause)])
    return (this.#states.get(source) ?? []).flatMap((group) =>
      [...group.querySelectorAll(':scope > text')].filter((text) => names(text.textContent ?? '', cause)),
    )
  }
}

/** The lines of an arrow that name an event with its guard. */
function labelsNaming(arrow: Element, cause: Cause): Element[] {
  const lines = [...arrow.querySelectorAll(':scope > text')]
  const naming = linesNaming(
    lines.map(({ textContent }) => textContent ?? ''),
    cause,
  )
  return naming.flatMap((i) => lines[i] ?? [])
}

/** Lets the animation of a mark begin anew. */
function restart(mark: Element): void {
  mark.classList.remove('flash')
  mark.getBoundingClientRect()
  mark.classList.add('flash')
}
