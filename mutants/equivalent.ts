/** Mutants that change nothing anybody could see: by chart, by their names, why. `npm run mutants` says when one is no more so. */
export const equivalent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tracker: {},
}
