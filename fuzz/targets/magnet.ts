import { isMagnet, parseMagnet } from '../../storage/magnet.ts'
import { MetainfoError } from '../../storage/metainfo-error.ts'
import { selectedOnly } from '../../storage/select-only.ts'
import { must, type Target } from '../engine/target.ts'
import { unlessThrown } from '../engine/typed.ts'

/** Magnet links as people paste them: what is taken is bounded, and what is taken is one. */
export const target: Target = {
  covers: ['storage/magnet.ts', 'storage/select-only.ts', 'storage/metainfo-error.ts'],
  bytesMax: 70_000,
  words: [
    'magnet:?',
    'xt=urn:btih:',
    'xt.1=urn:btih:',
    'urn:btmh:1220',
    '&',
    '&amp;',
    '&#38;',
    'dn=',
    'xl=',
    'so=',
    'tr=',
    'tr.1=',
    'ws=',
    'x.pe=',
    '%3A',
    '%',
    '<',
    '>',
    '"',
    '\n',
    '#',
    '192.0.2.1:6881',
    '[::1]:1',
    '0123456789abcdef0123456789abcdef01234567',
    '1-5',
    ',',
    ' ',
    '\u200b',
  ],
  seeds: () => ({
    all: 'magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=a+name&xl=12345&so=0,2-4&tr=udp://t.example:1&ws=http://s.example/&x.pe=192.0.2.1:6881',
    base32: 'MAGNET:?XT=URN:BTIH:ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
    bare: '<0123456789abcdef0123456789abcdef01234567>',
    wrapped: ' "magnet%3A?xt=urn%3Abtih%3A0123456789abcdef0123456789abcdef01234567&amp;dn=x\r\n y".',
    'version 2': 'magnet:?xt=urn:btmh:1220caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e',
  }),
  run(input) {
    const text = Buffer.from(input).toString()
    const isOne = isMagnet(text)
    const magnet = unlessThrown(() => parseMagnet(text), MetainfoError)
    if (!magnet) return isOne ? 'meant' : 'none'
    must(isOne, 'what is read is taken for a link')
    const { infoHash, invalidPeers = [], length = 1, peers, selectOnly, trackers = [], webSeeds = [] } = magnet
    must(infoHash.length === 20 && Number.isSafeInteger(length) && length > 0, 'it has a hash and a length')
    must(
      [peers, trackers, webSeeds, invalidPeers].every((list) => list.length <= 100),
      'its lists are bounded',
    )
    must(
      invalidPeers.every((one) => one.length <= 100),
      'what is no address is bounded',
    )
    const isSelected = selectOnly === undefined ? undefined : selectedOnly(selectOnly)
    for (const file of [0, 1, 7, 1e9]) isSelected?.(file)
    return isSelected ? 'some' : 'all'
  },
}
