import type { AnyStateMachine } from 'xstate'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import { sessionMachine } from '../machines/session/session.ts'
import { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../machines/torrent/torrent.ts'
import type { Drawing } from './drawings.ts'
import { chartOf } from './edges.ts'
import { regionPaths } from './regions.ts'

/** Every statechart of the library by the name `peerchart diagram` knows it by. */
export const charts: Readonly<Record<string, AnyStateMachine>> = {
  peer: peerMachine,
  torrent: torrentMachine,
  peer_group: peerGroupMachine,
  session: sessionMachine,
}

/** The drawings that are committed; `npm run draw` makes them anew. A region that can be drawn alone has a drawing of its own. */
export const drawings: readonly Drawing[] = Object.entries(charts).flatMap(([name, machine]) => {
  const regions = regionPaths(chartOf(machine))
  return [
    { machine, file: `docs/${name}.svg` },
    { machine, file: `docs/${name}.mmd` },
    ...(regions.length === 0 ? [] : [{ machine, outline: true, file: `docs/${name}-outline.svg` }]),
    ...regions.map((region) => ({ machine, region, file: `docs/${name}/${region.replaceAll('.', '/')}.svg` })),
  ]
})
