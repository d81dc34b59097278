import { isBytes, isObject } from '../transport/require.ts'

/** Throws a TypeError for what `parseMetainfo` has not made, such as what went through JSON. */
export const requireMetainfo = (metainfo: unknown): void => {
  const isParsed =
    isObject(metainfo) &&
    'infoHash' in metainfo &&
    isBytes(metainfo.infoHash) &&
    'pieceHashes' in metainfo &&
    isBytes(metainfo.pieceHashes) &&
    'files' in metainfo &&
    Array.isArray(metainfo.files)
  if (!isParsed) throw new TypeError('metainfo is what parseMetainfo makes of a .torrent file')
}
