import { useEffect, useState } from 'preact/hooks'

/** The width below which a page is narrow; `css/narrow.css` has the same. */
const narrow = matchMedia('(max-width: 720px)')

/** Whether the page is narrow: rows become cards then. */
export function useNarrow(): boolean {
  const [matches, setMatches] = useState(narrow.matches)
  useEffect(() => {
    const look = (): void => setMatches(narrow.matches)
    narrow.addEventListener('change', look)
    return () => narrow.removeEventListener('change', look)
  }, [])
  return matches
}
