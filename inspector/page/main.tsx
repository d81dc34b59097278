import { render } from 'preact'
import { App } from './app.tsx'
import { follow } from './feed.ts'
import { known } from './known.ts'
import { applyTheme, rememberedTheme } from './theme.tsx'

applyTheme(rememberedTheme())
render(<App />, document.body)
follow(known)
