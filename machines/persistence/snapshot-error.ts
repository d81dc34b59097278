/**
 * Why a snapshot is refused. `unrestorable`: of a machine that goes on from none, such as a session. `foreign`: of another machine, or
 * no snapshot. `version`: written by a version of peerchart that writes it otherwise. `malformed`: not what was written. `crashed`: the
 * code of the actor had thrown. `incomplete`: the machine was not given what no snapshot holds, as functions are. `mismatched`: the input
 * beside it does not fit it, as one of another torrent.
 */
export type SnapshotRefusal =
  | 'unrestorable'
  | 'foreign'
  | 'version'
  | 'malformed'
  | 'crashed'
  | 'incomplete'
  | 'mismatched'

/** A snapshot was refused: the actor made from it is in error from the start, with this. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
  readonly refusal: SnapshotRefusal

  constructor(refusal: SnapshotRefusal, message: string) {
    super(message)
    this.refusal = refusal
  }
}
