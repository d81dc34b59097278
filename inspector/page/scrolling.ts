/** What makes a box that scrolls reachable by the keyboard, and says what it holds. */
export const scrolling = (label: string) => ({ role: 'group', tabIndex: 0, 'aria-label': label }) as const
