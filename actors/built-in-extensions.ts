import type { Extension } from '../machines/extensions/extension.ts'
import { ltDonthave } from './extensions/lt-donthave.ts'
import { uploadOnly } from './extensions/upload-only.ts'
import { utHolepunch } from './extensions/ut-holepunch.ts'
import { utPex } from './extensions/ut-pex.ts'
import { kindsOf, type Transports } from './transports.ts'

/** The extensions that a torrent runs by itself, beside `ut_metadata`; `ut_holepunch` needs uTP. */
export const builtIn = (transports: Transports): readonly Extension[] => [
  utPex(),
  ltDonthave(),
  uploadOnly(),
  ...(kindsOf(transports).includes('utp') ? [utHolepunch()] : []),
]
