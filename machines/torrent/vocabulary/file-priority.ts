/** What a file of a torrent is to its owner: not fetched, fetched, or fetched before others. In this order: a piece of several has the last. */
export const filePriorities = ['skip', 'normal', 'high'] as const

/** One of these. */
export type FilePriority = (typeof filePriorities)[number]

/** A priority as a number: its place in `filePriorities`. */
export const levelOf = (priority: FilePriority): number => filePriorities.indexOf(priority)

/** The number of files that are fetched as they come. */
export const normalLevel = levelOf('normal')
