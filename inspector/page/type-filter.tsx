import { count } from './words.ts'

interface TypeFilterProps {
  readonly types: readonly (readonly [type: string, count: number])[]
  readonly without: ReadonlySet<string>
  readonly setWithout: (without: ReadonlySet<string>) => void
}

/** Chooses the types of events that are shown. */
export function TypeFilter({ types, without, setWithout }: TypeFilterProps) {
  const toggle = (type: string): void => {
    const next = new Set(without)
    if (!next.delete(type)) next.add(type)
    setWithout(next)
  }
  const left = types.filter(([type]) => without.has(type)).length
  return (
    <details class="types">
      <summary>{left === 0 ? 'All types' : `${types.length - left} of ${types.length} types`}</summary>
      <div class="menu">
        <div class="menu-buttons">
          <button type="button" onClick={() => setWithout(new Set())}>
            All
          </button>
          <button type="button" onClick={() => setWithout(new Set(types.map(([type]) => type)))}>
            None
          </button>
        </div>
        {types.map(([type, times]) => (
          <label key={type} class="check">
            <input type="checkbox" checked={!without.has(type)} onChange={() => toggle(type)} />
            <span class="mono">{type}</span>
            <span class="muted">{count(times)}</span>
          </label>
        ))}
      </div>
    </details>
  )
}
