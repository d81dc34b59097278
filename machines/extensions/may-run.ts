/**
 * What a private torrent does not run. It learns of peers from its trackers alone, by nobody's `ut_pex` (BEP 27). Its metadata
 * it does not give away by `ut_metadata`, as libtorrent and Transmission do not: who may have it is for the tracker's site to say.
 */
const renounced: readonly string[] = ['ut_pex', 'ut_metadata']

/** Whether a torrent may run an extension. */
export const mayRun = (name: string, { isPrivate }: { readonly isPrivate: boolean }): boolean =>
  !(isPrivate && renounced.includes(name))
