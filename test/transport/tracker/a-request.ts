import type { AnnounceRequest } from '../../../transport/tracker/announce.ts'

/** An announce whose info hash has bytes of every kind. */
export const aRequest = (change: Partial<AnnounceRequest> = {}): AnnounceRequest => ({
  infoHash: Uint8Array.from([
    0x00, 0x20, 0x25, 0x26, 0x2b, 0x2d, 0x2e, 0x2f, 0x30, 0x41, 0x5f, 0x61, 0x7e, 0x7f, 0x80, 0xff, 1, 2, 3, 4,
  ]),
  peerId: new TextEncoder().encode('-PC0100-abcdefghijkl'),
  port: 6881,
  uploaded: 1,
  downloaded: 2,
  left: 3,
  numWant: 200,
  key: 0xbeef,
  encryption: 'none',
  ...change,
})
