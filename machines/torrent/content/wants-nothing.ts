import { isNothingLeft } from './losses.ts'
import type { ContentSlice } from './slice.ts'

/**
 * It downloads nothing: it has everything but what is lost, or nothing can be written, and what is there is served as a partial seed
 * (BEP 21).
 */
export const wantsNothing = ({
  have,
  losses,
  readOnly,
}: Readonly<Pick<ContentSlice, 'have' | 'losses' | 'readOnly'>>): boolean => isNothingLeft({ have, losses }) || readOnly
