import { byRegion } from './lighting.ts'

/** The states of an actor in a line, one a region. A click shows the picture of the region where there is one. */
export function StateStrip({ states }: { readonly states: readonly string[] }) {
  return (
    <ul class="strip" aria-label="States">
      {byRegion(states).map(({ region, state }) => (
        <li key={`${region}.${state}`}>
          <button type="button" class="chip" onClick={() => show(region === '' ? state : `${region}.${state}`)}>
            {region !== '' && <span>{region}</span>} <b>{state}</b>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Scrolls to the picture of the innermost region that holds a state. */
function show(path: string): void {
  for (let part = path; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('.')))) {
    const figure = document.getElementById(`region-${part}`)
    if (figure === null) continue
    const active = figure.querySelector('.node.active') ?? figure
    active.scrollIntoView({ block: 'center', inline: 'center' })
    figure.querySelector<HTMLElement>('.drawing')?.focus({ preventScroll: true })
    return
  }
}
