import type { ExtensionWish } from '../../extensions/extension.ts'
import { mayRun } from '../../extensions/may-run.ts'
import { changeGreeting, regreet } from '../connections/greetings.ts'
import { renounceHearsay } from '../connections/privacy.ts'
import { learnContent } from '../content/holdings.ts'
import { renewPicker } from '../picking/renew-picker.ts'
import { keepExtensions } from '../running-extensions/running.ts'
import { renounceDht } from '../searching/searching.ts'
import { type Command, emit, tellChart } from '../vocabulary/commands.ts'
import type { Core } from './core.ts'

/** The metadata has come: how the torrent divides, whether it is private, and that others may have it of us. */
export function learnMetadata(core: Core, news: Extract<ExtensionWish, { type: 'metadata.ready' }>): Command[] {
  const { layout, bytes, name, isPrivate, priorities, byDefault, readOnly = false } = news
  learnContent(core, { layout, isPrivate, priorities, byDefault, readOnly })
  renewPicker(core)
  if (!isPrivate) changeGreeting(core, { metadataSize: bytes })
  return [
    ...emit(core, { type: 'metadata', name, bytes: layout.length, pieces: layout.pieceCount }),
    ...(isPrivate ? keepPrivate(core) : []),
    ...regreet(core),
    tellChart(core, { type: 'content.known' }),
  ]
}

/** A magnet link has led to a private torrent, and to peers that it may not know (BEP 27). */
const keepPrivate = (core: Core): Command[] => [
  ...keepExtensions(core, ({ name }) => mayRun(name, core)),
  ...renounceHearsay(core),
  ...renounceDht(core),
]
