import type { ExtensionWish } from '../../extensions/extension.ts'
import { mayRun } from '../../extensions/may-run.ts'
import { PieceSet } from '../../piece-set.ts'
import { regreet } from '../connections/greetings.ts'
import { renounceHearsay } from '../connections/privacy.ts'
import { noLosses } from '../content/losses.ts'
import { keepExtensions } from '../extensions/running.ts'
import { pickerFor } from '../picking/picker-for.ts'
import { type Command, emit, tellChart } from '../vocabulary/commands.ts'
import type { Core } from './core.ts'

/** The metadata has come: how the torrent divides, whether it is private, and that others may have it of us. */
export function learnMetadata(core: Core, news: Extract<ExtensionWish, { type: 'metadata.ready' }>): Command[] {
  const { layout, bytes, name, isPrivate, readOnly = false } = news
  core.layout = layout
  core.have = PieceSet.none(layout.pieceCount)
  core.losses = noLosses(layout.pieceCount)
  core.isPrivate = isPrivate
  core.readOnly = readOnly
  core.picker = pickerFor(core, layout, core.have)
  core.greeting = { ...core.greeting, ...(!isPrivate && { metadataSize: bytes }) }
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
]
