/**
 * What a private torrent does not run. It learns of peers from its trackers alone, not by `ut_pex` (BEP 27), nor by
 * `ut_holepunch`. It does not give
 * its metadata away by `ut_metadata`, as libtorrent and Transmission do not: the tracker's site says which peers may have it.
 */
const renounced: readonly string[] = ['ut_pex', 'ut_metadata', 'ut_holepunch']

/** Whether a torrent may run an extension. */
export const mayRun = (name: string, { isPrivate }: { readonly isPrivate: boolean }): boolean =>
  !(isPrivate && renounced.includes(name))
