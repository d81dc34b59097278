import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { litBy, type Taken } from './lighting.ts'
import { packed } from './packed.ts'
import { fetchChart, Picture } from './pictures.ts'
import { scrolling } from './scrolling.ts'
import { useWidth } from './use-width.ts'

interface ChartProps {
  readonly name: string
  readonly states: readonly string[]
  readonly taken: Marks
  readonly scale: number
}

/** Transitions that are marked, each group by one event, in order. */
export interface Marks {
  readonly groups: readonly (readonly Taken[])[]
  /** They are of an earlier moment. In the present a picture keeps its last transition until it takes another. */
  readonly isPast: boolean
  /** Whether they flash up, as what was taken just now does. */
  readonly flash: boolean
}

const gap = 12
/** The caption above a picture, and what its border takes. */
const [captionHeight, border] = [26, 2]

/** A statechart, its regions side by side, with the states that an actor is in and the transitions just taken lit. */
export function Chart({ name, states, taken, scale }: ChartProps) {
  const [pictures, setPictures] = useState<readonly Picture[]>([])
  const [fault, setFault] = useState('')
  const [box, width] = useWidth<HTMLDivElement>()
  const wasPast = useRef(false)
  useEffect(() => {
    let isWanted = true
    fetchChart(name)
      .then((drawn) => isWanted && setPictures(drawn.pictures.map((picture) => new Picture(picture))))
      .catch((error: unknown) => isWanted && setFault(error instanceof Error ? error.message : String(error)))
    return () => {
      isWanted = false
    }
  }, [name])
  useLayoutEffect(() => {
    for (const picture of pictures) picture.scale(scale)
  }, [pictures, scale])
  useLayoutEffect(() => {
    const lit = litBy(states)
    for (const picture of pictures) picture.light(lit)
  }, [pictures, states])
  useLayoutEffect(() => {
    for (const picture of pictures) {
      if (taken.isPast || wasPast.current) picture.forget()
      for (const group of taken.groups) picture.take(group, taken)
    }
    wasPast.current = taken.isPast
  }, [pictures, taken])

  const sizes = pictures.map((picture) => sizeOf(picture, scale, width))
  const { places, height } = packed(sizes, width, gap)
  return (
    <div ref={box} class="pictures" style={{ height: `${height}px` }}>
      {fault !== '' && <p class="bad">{fault}</p>}
      {fault === '' && pictures.length === 0 && (
        <p class="empty waiting" role="status">
          The chart is being drawn.
        </p>
      )}
      {width > 0 &&
        pictures.map((picture, i) => (
          <figure
            key={picture.region}
            id={`region-${picture.region}`}
            style={{
              transform: `translate(${places[i]?.x ?? 0}px, ${places[i]?.y ?? 0}px)`,
              width: `${sizes[i]?.width ?? 0}px`,
            }}
          >
            <figcaption class="mono">{picture.region}</figcaption>
            <Drawing picture={picture} />
          </figure>
        ))}
    </div>
  )
}

function sizeOf(picture: Picture, scale: number, width: number) {
  const [own, tall] = [Math.round(picture.width * scale) + border, Math.round(picture.height * scale) + border]
  const isCut = own > width
  return { width: isCut ? width : own, height: tall + captionHeight + (isCut ? 16 : 0) }
}

/** One picture. It scrolls within itself where it is wider than the page: then it takes the focus, for the arrow keys. */
function Drawing({ picture }: { readonly picture: Picture }) {
  const holder = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => holder.current?.replaceChildren(picture.svg), [picture])
  // Of a picture that is cut, the state it is in is shown first; the chart has lit it by then.
  useEffect(() => {
    const { current } = holder
    if (current === null) return
    const active = picture.svg.querySelector('.node.active')?.getBoundingClientRect()
    const box = current.getBoundingClientRect()
    if (active) current.scrollLeft += active.left + active.width / 2 - box.left - box.width / 2
  }, [picture])
  return <div ref={holder} class="drawing" {...scrolling(`Region ${picture.region}`)} />
}
