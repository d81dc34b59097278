import { useState } from 'preact/hooks'

/** As the system has it, or as chosen here. */
type Theme = 'system' | 'light' | 'dark'

const themes: readonly Theme[] = ['system', 'light', 'dark']
const key = 'peerchart-inspector-theme'

/** The theme chosen last time; the system's where nothing can be remembered. */
export function rememberedTheme(): Theme {
  try {
    const word = localStorage.getItem(key)
    return themes.find((theme) => theme === word) ?? 'system'
  } catch {
    return 'system'
  }
}

/** Shows the page in this theme from now on. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(key, theme)
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

/** Has `tell` called when the colors change, here or in the system, until the answer is called: a canvas does not follow them. */
export function onThemeChange(tell: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const observer = new MutationObserver(tell)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  system.addEventListener('change', tell)
  return () => {
    observer.disconnect()
    system.removeEventListener('change', tell)
  }
}

/** Chooses the theme. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(rememberedTheme)
  return (
    <label class="theme">
      <span>Theme</span>
      <select
        value={theme}
        onChange={({ currentTarget }) => {
          const chosen = themes.find((one) => one === currentTarget.value) ?? 'system'
          applyTheme(chosen)
          remember(chosen)
          setTheme(chosen)
        }}
      >
        {themes.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  )
}
