/** Newcomers for which there is no place, and which are let in all the same until it is seen of what use they are (usefulness.ts). */
const newcomersMax = 8

/** How many of these are let in where so many places are: no more than there are places. */
export const newcomersOf = (places: number): number => Math.min(newcomersMax, places)
