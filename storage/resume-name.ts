import { requireBytes } from '../transport/require.ts'
import { readInfo } from './metainfo.ts'
import { decodeResume } from './resume-data.ts'

/**
 * What the torrent is called of which `bytes` are the resume data, by its info hash of 20 bytes. Undefined where they do not tell: that
 * of a magnet link alone has its metadata, and what is damaged tells nothing.
 */
export const readResumeName = async (bytes: Uint8Array, infoHash: Uint8Array): Promise<string | undefined> => {
  requireBytes('what readResumeName reads', bytes)
  requireBytes('infoHash', infoHash)
  const data = decodeResume(bytes, infoHash)
  if (typeof data === 'string' || data.metadata === undefined) return undefined
  const metainfo = await readInfo(data.metadata).catch(() => undefined)
  return metainfo && Buffer.compare(metainfo.infoHash, infoHash) === 0 ? metainfo.name : undefined
}
