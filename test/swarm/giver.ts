import bencode from 'bencode'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { extendedMessage } from '../../testing/remote/extended-messages.ts'
import { encodeMetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
import type { Script } from '../hostile/raw-peer.ts'
import { hashPieces, patternedBytes } from '../storage/support.ts'
import { speaker } from './speaker.ts'

/** A torrent whose info dictionary says whether it is private. */
export function torrentThatIs(isPrivate: boolean, more: object = {}) {
  const data = patternedBytes(50_000)
  const info = { length: data.length, name: 'song', 'piece length': 16_384, pieces: hashPieces(data, 16_384) }
  return { metainfo: parseMetainfo(bencode.encode({ info: { ...info, private: Number(isPrivate) }, ...more })), data }
}

/** Has no piece, and gives whoever asks the metadata, which is one piece. */
export function giverOf(infoBytes: Uint8Array): Script {
  const giver = speaker({ m: { ut_metadata: 2 }, metadataSize: infoBytes.length })
  return {
    ...giver.script,
    hears(one, self) {
      giver.script.hears?.(one, self)
      if (one.name !== 'extended' || one.id !== 2) return
      const data = encodeMetadataMessage({ type: 'data', piece: 0, totalSize: infoBytes.length, data: infoBytes })
      self.say(extendedMessage(giver.greetings.at(-1)?.m?.ut_metadata ?? 0, data))
    },
  }
}
