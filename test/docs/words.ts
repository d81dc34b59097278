/** Words that hide what happens, or are no plain English, each with what to say instead. */

/** In prose, and in what code says to its readers and users. */
export const unclear: readonly (readonly [RegExp, string])[] = [
  [/\bcan not\b/i, 'cannot'],
  [/\bin the same breath\b/i, 'synchronously'],
  [/\b(?:is|are) heard\b/i, 'is processed; a chart receives, a peer announces'],
  [/\bfarewells?\b/i, 'closing'],
  [/\bwithout a word\b/i, 'silently'],
  [/\bsays? no word\b/i, 'sends nothing'],
  [/\bhears? no word\b/i, 'receives nothing'],
  [/\bcut off\b/i, 'closed'],
  [/\bin vain\b/i, 'without effect, refused'],
  [/\bshown? the door\b|\bfinds? the door\b/i, 'closed'],
]

/** In prose: a peer, a host, a program is a thing, and things are told apart by what they do. */
export const personal: readonly (readonly [RegExp, string])[] = [
  [/\bwho\b/i, 'a peer that, which peer, whatever'],
  [/\bwhom\b/i, 'the peer that, which peer'],
]

/** What of a list stands in a text, line by line. */
export const found = (text: string, list: readonly (readonly [RegExp, string])[], path: string): string[] =>
  text
    .split('\n')
    .flatMap((line, i) =>
      list
        .filter(([word]) => word.test(line))
        .map(([word, better]) => `${path}:${i + 1} ${word.source}: say ${better}`),
    )
