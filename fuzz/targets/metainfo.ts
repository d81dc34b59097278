import { type Metainfo, MetainfoError, parseMetainfo } from '../../storage/metainfo.ts'
import { infoSteps } from '../../storage/metainfo-steps.ts'
import { inOneGo } from '../../storage/steps.ts'
import { isDialable } from '../../transport/address.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'
import { must, type Target } from '../engine/target.ts'
import { unlessThrown } from '../engine/typed.ts'
import { counted } from '../engine/wire-seeds.ts'

const oneFile = { length: 20, name: 'file.txt', 'piece length': 16_384, pieces: counted(20) }

/**
 * A .torrent file: what is read of it is of one piece with itself, its names are safe and different on any system, and its info dictionary
 * by itself, as a magnet link brings it, says the same.
 */
export const target: Target = {
  covers: [
    'storage/bencode-reader.ts',
    'storage/metainfo-steps.ts',
    'storage/torrent-files.ts',
    'storage/safe-name.ts',
    'storage/distinct-paths.ts',
    'storage/link-targets.ts',
    'storage/name-tree.ts',
    'storage/utf8.ts',
  ],
  bytesMax: 64 * 1024,
  msMax: 1_000,
  words: [
    '5:files',
    '4:path',
    '10:path.utf-8',
    '10:name.utf-8',
    '4:attr',
    '1:l',
    '1:p',
    '12:symlink path',
    '6:length',
    'i20e',
    '4:name',
    '12:piece length',
    '6:pieces',
    '7:private',
    '8:announce',
    '13:announce-list',
    '8:url-list',
    '5:nodes',
    '2:..',
    '1:.',
    '0:',
    'l',
    'd',
    'e',
    '1:/',
    '3:CON',
    '3:a~1',
    '3:\u202e',
    '2:\xff\xfe',
    '2:\u00e4',
    '4:a. .',
    '18:_____padding_file_',
    '\xef\xbb\xbf',
    'd6:lengthi0e4:pathl1:aee',
    'd4:attr1:l4:pathl1:be12:symlink pathl1:aee',
  ],
  seeds: () => ({
    'one file': encodeBencode({ info: oneFile, announce: 'http://tracker.example/announce' }),
    'several files': encodeBencode({
      'announce-list': [['udp://tracker.example:6969'], ['http://a.example/', 'http://b.example/']],
      comment: 'a comment',
      'created by': 'peerchart',
      'creation date': 1_700_000_000,
      info: {
        files: [
          { length: 10, path: ['a', 'b.txt'] },
          { attr: 'p', length: 10, path: ['.pad', '10'] },
          { length: 0, path: ['empty'] },
          { attr: 'l', length: 0, path: ['link'], 'symlink path': ['a', 'b.txt'] },
          { length: 12, path: ['x'], 'path.utf-8': ['\u00e4', 'y'] },
        ],
        name: 'folder',
        'piece length': 32,
        pieces: counted(20),
        private: 1,
      },
      nodes: [['192.0.2.1', 6881]],
      'url-list': ['http://seed.example/'],
    }),
    'same names': encodeBencode({
      info: {
        ...oneFile,
        length: undefined,
        files: [
          { length: 10, path: ['A'] },
          { length: 5, path: ['a'] },
          { length: 5, path: ['a', 'b'] },
        ],
      },
    }),
  }),
  run(input) {
    let outcome = 'none'
    for (const platform of ['linux', 'win32'] as const) {
      const metainfo = unlessThrown(() => parseMetainfo(input, platform), MetainfoError)
      if (!metainfo) continue
      mustHold(metainfo, platform)
      const info = inOneGo(infoSteps(metainfo.infoBytes.slice(), platform))
      must(
        JSON.stringify(info.files) === JSON.stringify(metainfo.files),
        'its info dictionary by itself has the same files',
      )
      must(Buffer.compare(info.infoHash, metainfo.infoHash) === 0, 'and the same hash')
      outcome = metainfo.files.length > 1 ? 'files' : 'file'
    }
    return outcome
  },
}

function mustHold(
  { files, infoHash, length, name, nodes = [], pieceHashes, pieceLength }: Metainfo,
  platform: 'linux' | 'win32',
): void {
  must(
    infoHash.length === 20 && pieceHashes.length === 20 * Math.ceil(length / pieceLength),
    'it has a hash for each piece',
  )
  let offset = 0
  const paths = new Set<string>()
  for (const file of files) {
    must(file.offset === offset && file.length >= 0, 'its files stand one behind the other')
    offset += file.length
    if (file.pad) continue
    must(
      file.path.every((part) => isSafe(part, platform)),
      'its names are safe',
    )
    must(file.path[0] === name, 'its files stand in its folder')
    const key = file.path.join('/').toLowerCase()
    must(!paths.has(key), 'no two files have the same name')
    paths.add(key)
  }
  must(offset === length, 'its files are as long as it is')
  for (const path of paths) {
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++)
      must(!paths.has(parts.slice(0, depth).join('/')), 'no file is a folder too')
  }
  must(nodes.every(isDialable), 'its nodes can be asked')
}

const isSafe = (part: string, platform: 'linux' | 'win32'): boolean =>
  part !== '' &&
  part !== '.' &&
  part !== '..' &&
  !/[/\\\0]/.test(part) &&
  Buffer.byteLength(part) <= 255 &&
  !(platform === 'win32' && /[<>:"|?*]|[. ]$/.test(part))
