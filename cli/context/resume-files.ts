import { createHash } from 'node:crypto'
import { isAbsolute, join, resolve } from 'node:path'
import { type ResumeStore, resumeFile } from '../../index.ts'

/** Where the resume data of a torrent lies whose data is in `folder`; `infoHash` has 20 bytes. */
export type ResumeFiles = (infoHash: Uint8Array, folder: string) => ResumeStore

/**
 * Keeps resume data below `$XDG_STATE_HOME/peerchart`, by default `~/.local/state/peerchart` (XDG Base Directory Specification, which
 * has relative paths ignored): one file for each torrent and folder it lies in. Not beside the data, which is the user's alone.
 */
export function resumeFiles(env: { readonly XDG_STATE_HOME?: string | undefined }, home: string): ResumeFiles {
  const { XDG_STATE_HOME: named = '' } = env
  const state = isAbsolute(named) ? named : join(home, '.local', 'state')
  return (infoHash, folder) => {
    const place = createHash('sha1').update(resolve(folder)).digest('hex').slice(0, 16)
    return resumeFile(join(state, 'peerchart', `${Buffer.from(infoHash).toString('hex')}-${place}.resume`))
  }
}
