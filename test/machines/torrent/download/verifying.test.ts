import { expect, test } from 'vitest'
import { createDownload } from '../../../../machines/torrent/download/slice.ts'
import { dropBlocks, endVerifying } from '../../../../machines/torrent/download/verifying.ts'
import { downloading, layout, piecesOf } from '../a-torrent.ts'

const piece = () => new Uint8Array(layout.pieceLength)

test('an answer of the storage counts once', () => {
  const download = createDownload({ layout, at: 0 })
  download.verifying.add(1)
  download.verifyingBytes = layout.pieceLength
  expect([endVerifying(download, 1, piece()), endVerifying(download, 1, piece())]).toEqual([true, false])
  expect(download.verifyingBytes).toBe(0)
})

test('an answer about a piece that was given up with a check counts for nothing', () => {
  const { core } = downloading()
  core.buffers.put(0, 0, new Uint8Array(1))
  core.verifying.add(1)
  core.verifyingBytes = layout.pieceLength
  dropBlocks(core, piecesOf([]))
  expect([endVerifying(core, 1, piece()), core.verifyingBytes, core.buffers.openBytes]).toEqual([false, 0, 0])
})
