/** Why bytes are no torrent that can be used: one line, fit to show after the name of the file. */
export class MetainfoError extends Error {
  override readonly name = 'MetainfoError'
}

/** Foreign text made fit for a message: quoted, control characters, line ends and marks that turn the direction of writing escaped, at most 80 characters. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text).replace(
    // JSON leaves DEL, C1 (a terminal acts on U+009B), Unicode's line ends and those marks as they are.
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
