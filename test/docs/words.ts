/** Words that hide what happens, or are no plain English, each with what to say instead. */
export type WordList = readonly (readonly [RegExp, string])[]

/** In prose, and in what code says to its readers and users. */
export const unclear: WordList = [
  [/\bcan not\b/i, 'cannot'],
  [/\bin the same breath\b/i, 'synchronously'],
  [/\b(?:is|are) heard\b/i, 'is processed; a chart receives, a peer announces'],
  [/\bfarewells?\b/i, 'closing'],
  [/\bwithout a word\b/i, 'silently'],
  [/\bsays? no word\b/i, 'sends nothing'],
  [/\bhears? no word\b/i, 'receives nothing'],
  [/\bin vain\b/i, 'without effect, refused'],
  [/\bthe door (?:is )?closed\b|\bshown? the door\b/i, 'closed'],
]

/** In prose and comments: a peer, a host, a program is a thing, told apart by what it does. */
export const personal: WordList = [
  [/\bwho\b/i, 'a peer that, which peer, whatever'],
  [/\bwhom\b/i, 'the peer that, which peer'],
]

/** What of a list stands in lines of a file. */
export const found = (path: string, lines: readonly string[], list: WordList): string[] =>
  lines.flatMap((line, i) =>
    list.filter(([word]) => word.test(line)).map(([word, better]) => `${path}:${i + 1} has ${word.source}: ${better}`),
  )
