/** Why bytes are no torrent that can be used: one line, fit to show after the name of the file. */
export class MetainfoError extends Error {
  override readonly name = 'MetainfoError'
}

/** Foreign text made fit for a message: quoted, control characters escaped, at most 80 characters. */
export const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
