/** What a file of a torrent is to its owner: not fetched, fetched, or fetched before others. In this order: a piece of several has the last. */
export const filePriorities = ['skip', 'normal', 'high'] as const

/** One of these. */
export type FilePriority = (typeof filePriorities)[number]

/** A priority as a number: its place in `filePriorities`. */
export const levelOf = (priority: FilePriority): number => filePriorities.indexOf(priority)

/** Which files are wanted, as far as that is known without what was saved. */
export interface Wanted {
  /** The priority of each, as its place in `filePriorities`. */
  readonly files: Uint8Array
  /** What was saved counts more than `files`, and these, as its owner has said so since, count more than that. Absent: nothing that is saved counts. */
  readonly wishes?: ReadonlyMap<number, FilePriority>
}

/** The number of files that are fetched as they come. */
export const normalLevel = levelOf('normal')
