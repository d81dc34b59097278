/** The mark of an event: a limit holds our reading back, so the remote has sent more than was read, or may have. */
export const heldBack = (is: boolean): { readonly heldBack?: true } => (is ? { heldBack: true } : {})
