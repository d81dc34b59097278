import { useEffect, useRef, useState } from 'preact/hooks'

const [least, most, step] = [15, 80, 5]

/** The border between the table and the chosen actor: dragged, or moved with the arrow keys. In percent of the height. */
export function Splitter() {
  const [share, setShare] = useState(34)
  const bar = useRef<HTMLHRElement>(null)
  const moveTo = (to: number): void => setShare(Math.max(least, Math.min(most, Math.round(to))))
  useEffect(() => {
    const panes = bar.current?.parentElement
    panes?.style.setProperty('--share', `${share}%`)
    return () => panes?.style.removeProperty('--share')
  }, [share])
  return (
    <hr
      ref={bar}
      class="splitter"
      tabIndex={0}
      aria-label="Height of the table"
      aria-orientation="horizontal"
      aria-valuenow={share}
      aria-valuemin={least}
      aria-valuemax={most}
      onKeyDown={(event) => {
        const moved = { ArrowUp: share - step, ArrowDown: share + step, Home: least, End: most }[event.key]
        if (moved === undefined) return
        event.preventDefault()
        moveTo(moved)
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        const box = event.currentTarget.parentElement?.getBoundingClientRect()
        if (box && event.currentTarget.hasPointerCapture(event.pointerId))
          moveTo((100 * (event.clientY - box.top)) / box.height)
      }}
    />
  )
}
