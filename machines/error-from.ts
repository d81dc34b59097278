/** For `assign`: the error that went with an event; whatever else was thrown becomes one. */
export const errorFrom = (_: unknown, { error }: { error: unknown }): { error: Error } => ({
  error: error instanceof Error ? error : new Error(String(error)),
})
