/**
 * What the owner was told, and what it may hear yet: `none` has not opened the stream; `opening` waits for `opened`; to `ending` and `closing`
 * only `closed` is told, to the latter as soon as may be.
 */
export type OwnerStage = 'none' | 'opening' | 'open' | 'ending' | 'closing' | 'closed'
