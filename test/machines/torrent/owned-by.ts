import { createAnnouncing } from '../../../machines/torrent/announcing/slice.ts'
import { createChoking } from '../../../machines/torrent/choking/slice.ts'
import { createConnections } from '../../../machines/torrent/connections/slice.ts'
import { createContent } from '../../../machines/torrent/content/slice.ts'
import { createDownload } from '../../../machines/torrent/download/slice.ts'
import { createPeers } from '../../../machines/torrent/peers/slice.ts'
import { createPicking } from '../../../machines/torrent/picking/slice.ts'
import { createReading } from '../../../machines/torrent/reading/slice.ts'
import { createResume } from '../../../machines/torrent/resume/slice.ts'
import { createExtensions } from '../../../machines/torrent/running-extensions/slice.ts'
import { createSearching } from '../../../machines/torrent/searching/slice.ts'
import { createTrust } from '../../../machines/torrent/trust/slice.ts'
import { createUpload } from '../../../machines/torrent/upload/slice.ts'
import { createWebSeeds } from '../../../machines/torrent/web-seeds/slice.ts'
import { sha1 } from '../../storage/support.ts'

const random = () => 0
const content = createContent({ infoHash: 'ab'.repeat(20) })

/** What each room begins with. */
const slices = {
  content,
  peers: createPeers(),
  picking: createPicking({ ...content, random }),
  trust: createTrust({}),
  download: createDownload({ ...content, at: 0 }),
  choking: createChoking({}),
  connections: createConnections({ peerId: 'cd'.repeat(20), greeting: {}, transports: ['memory'] }, {}),
  upload: createUpload({ sha1, at: 0 }),
  announcing: createAnnouncing({}, random),
  'web-seeds': createWebSeeds({}),
  searching: createSearching({}),
  reading: createReading(),
  resume: createResume({}),
  'running-extensions': createExtensions({}, content),
}

/** What is the core's own: the time, chance, the actors that it tells, and what it told. */
const own = ['self', 'chart', 'storage', 'isRunning', 'random', 'now', 'toldPieces', 'enteredAt', 'idle']

/** By room, the facts of the core that it owns. */
export const ownedBy: ReadonlyMap<string, readonly string[]> = new Map([
  ['core', own],
  ...Object.entries(slices).map(([room, slice]) => [room, Object.keys(slice)] as const),
])
