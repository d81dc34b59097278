import { isNothingLeft } from './losses.ts'
import type { ContentSlice } from './slice.ts'

/** What tells whether it downloads. */
export type Wants = Readonly<Pick<ContentSlice, 'have' | 'losses' | 'readOnly' | 'unchosen'>>

/**
 * It downloads nothing: it has everything that was chosen but what is lost, or nothing can be written, and what is there is served as a
 * partial seed (BEP 21).
 */
export const wantsNothing = (content: Wants): boolean => isNothingLeft(content) || content.readOnly
