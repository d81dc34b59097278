import type { ComponentChildren } from 'preact'

/** At most so many entries of one object or list are shown. */
const entriesMax = 200

/** JSON as a tree that folds; the outermost object is open. */
export function Tree({ value }: { readonly value: unknown }) {
  if (!isBranch(value)) return <Leaf value={value} />
  return (
    <ul class="tree mono">
      <Entries of={value} />
    </ul>
  )
}

function Entries({ of }: { readonly of: object }) {
  const entries = Object.entries(of)
  return (
    <>
      {entries.slice(0, entriesMax).map(([key, value]: [string, unknown]) => (
        <li key={key}>
          <Entry name={key} value={value} />
        </li>
      ))}
      {entries.length > entriesMax && <li class="muted">… {entries.length - entriesMax} more</li>}
    </>
  )
}

function Entry({ name, value }: { readonly name: string; readonly value: unknown }): ComponentChildren {
  if (!isBranch(value) || Object.keys(value).length === 0)
    return (
      <span class="leaf">
        <span class="key">{name}</span> <Leaf value={value} />
      </span>
    )
  return (
    <details>
      <summary>
        <span class="key">{name}</span> <span class="muted">{briefly(value)}</span>
      </summary>
      <ul>
        <Entries of={value} />
      </ul>
    </details>
  )
}

function Leaf({ value }: { readonly value: unknown }) {
  const kind = value === null ? 'null' : typeof value
  return <span class={`value ${kind}`}>{isBranch(value) ? briefly(value) : JSON.stringify(value)}</span>
}

function briefly(value: object): string {
  if (Array.isArray(value)) return `[${value.length}]`
  const keys = Object.keys(value)
  const few = keys.slice(0, 3).join(', ')
  return keys.length === 0 ? '{}' : `{ ${few}${keys.length > 3 ? ', …' : ''} }`
}

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null
