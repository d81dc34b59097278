import { useEffect, useRef } from 'preact/hooks'

interface TabsProps<Key extends string> {
  readonly label: string
  readonly tabs: readonly { readonly key: Key; readonly name: string }[]
  readonly chosen: Key
  readonly choose: (key: Key) => void
}

/** Tabs by the pattern of ARIA: one stop for the Tab key, the arrow keys move among them. */
export function Tabs<Key extends string>({ label, tabs, chosen, choose }: TabsProps<Key>) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const tab = list.current?.querySelector(`#tab-${chosen}`)
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [chosen])
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ key }) => key === chosen)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = (to + tabs.length) % tabs.length
    const tab = tabs[next]
    if (tab === undefined) return
    choose(tab.key)
    const button = list.current?.children[next]
    if (button instanceof HTMLElement) button.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ key, name }) => (
        <button
          key={key}
          id={`tab-${key}`}
          type="button"
          role="tab"
          aria-selected={key === chosen}
          aria-controls={key === chosen ? `panel-${key}` : undefined}
          tabIndex={key === chosen ? 0 : -1}
          onClick={() => choose(key)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
