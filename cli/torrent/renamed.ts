import type { Metainfo } from '../../storage/metainfo.ts'
import type { Output } from '../output/output.ts'

/** Of more no list is shown. */
const listedMax = 100
const namedMax = 3

/** In characters: of a longer name the beginning is shown. */
const shownMax = 80

/** Says, once a torrent, which files are stored under other names than it gives them; nothing where there are none. */
export function tellRenamed({ files }: Metainfo, output: Output): void {
  const renamed = files.flatMap(({ path, renamedFrom }) =>
    renamedFrom ? [{ path: path.join('/'), renamedFrom: renamedFrom.join('/') }] : [],
  )
  if (renamed.length === 0) return
  const named = renamed.slice(0, namedMax).map(({ path, renamedFrom }) => `${shown(renamedFrom)} as ${shown(path)}`)
  const more = renamed.length > namedMax ? ` and ${renamed.length - namedMax} more` : ''
  const message = `stored under other names than in the torrent: ${named.join(', ')}${more}`
  output.event({ event: 'warning', message, renamed: renamed.slice(0, listedMax) })
}

function shown(name: string): string {
  return JSON.stringify(name.length > shownMax ? `${name.slice(0, shownMax - 1)}…` : name)
}
