/** Looks at pieces that were asked for, one after another, and the last that is over. */
export interface Rechecks {
  readonly asked: number
  readonly over: number
}

/** Whether pieces are being hashed anew. */
export const isRechecking = ({ rechecks }: { readonly rechecks: Rechecks }): boolean => rechecks.over < rechecks.asked
