/** The list with a piece in front, where it stands once, cut to `max` pieces. */
export function withNewest(pieces: readonly number[], index: number, max: number): readonly number[] {
  if (pieces[0] === index) return pieces
  return [index, ...pieces.filter((one) => one !== index)].slice(0, max)
}
