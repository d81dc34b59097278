import type { Extension } from '../../machines/extensions/extension.ts'
import { decodeUploadOnly, encodeUploadOnly } from '../../transport/wire/extended/upload-only.ts'
import { defineExtension } from './extension.ts'

/**
 * A peer says that it downloads nothing from now on, or does again (BEP 21), as libtorrent does beside its extended handshake:
 * `upload_only`. We only listen: ours is said in the extended handshake, which every client reads.
 */
export function uploadOnly(): Extension {
  return defineExtension({
    name: 'upload_only',
    codec: { encode: encodeUploadOnly, decode: decodeUploadOnly },
    start: () => ({
      message({ ref }, only) {
        ref.send({ type: 'torrent.note_upload_only', uploadOnly: only })
      },
    }),
  })
}
