import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { type ResumeStore, readResumeName, resumeFile } from '../../index.ts'

/** Where the resume data of a torrent lies whose data is in `folder`; `infoHash` has 20 bytes. */
export type ResumeFiles = (infoHash: Uint8Array, folder: string) => ResumeStore

/**
 * Keeps resume data below `$XDG_STATE_HOME/peerchart`, by default `~/.local/state/peerchart` (XDG Base Directory Specification, which
 * has relative paths ignored): one file for each torrent and folder it lies in. Not beside the data, which is the user's alone.
 */
export function resumeFiles(env: StateEnvironment, home: string): ResumeFiles {
  return (infoHash, folder) => {
    const place = createHash('sha1').update(resolve(folder)).digest('hex').slice(0, 16)
    return resumeFile(join(resumeFolder(env, home), `${Buffer.from(infoHash).toString('hex')}-${place}.resume`))
  }
}

/** Where the table of our node of the DHT lies: beside the resume data, one for all runs. */
export const dhtTable = (env: StateEnvironment, home: string): ResumeStore =>
  resumeFile(join(resumeFolder(env, home), 'dht-nodes.json'))

/** Resume data that is kept, of one torrent in one folder. */
export interface KeptResume {
  /** 40 hex digits. */
  readonly infoHash: string
  /** What the torrent is called, where it tells. */
  readonly name?: string
  readonly path: string
  readonly bytes: number
  readonly saved: Date
}

/** All resume data that is kept below the folder of the state. */
export interface ResumeShelf {
  /** The newest first. Empty where there is no such folder; else throws what the system throws. */
  list(): Promise<readonly KeptResume[]>
  /** Removes it; a torrent that runs saves its own again. */
  clear(kept: readonly KeptResume[]): Promise<void>
}

/** Looks where `resumeFiles` keeps them. What else lies there is left alone. */
export function resumeShelf(env: StateEnvironment, home: string): ResumeShelf {
  const folder = resumeFolder(env, home)
  const look = async (file: string): Promise<KeptResume[]> => {
    const [, infoHash] = /^([0-9a-f]{40})-[0-9a-f]{16}\.resume$/.exec(file) ?? []
    if (infoHash === undefined) return []
    const path = join(folder, file)
    const { size, mtime } = await stat(path)
    const name = await nameIn(path, infoHash)
    return [{ infoHash, ...(name !== undefined && { name }), path, bytes: size, saved: mtime }]
  }
  return {
    async list() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw error
      })
      const kept: KeptResume[] = []
      // One by one: each may be large.
      for (const name of names) kept.push(...(await look(name)))
      return kept.sort((a, b) => b.saved.getTime() - a.saved.getTime())
    },
    async clear(kept) {
      for (const { path } of kept) await rm(path, { force: true })
    },
  }
}

/** What cannot be read tells nothing, and can be cleared all the same. */
async function nameIn(path: string, infoHash: string): Promise<string | undefined> {
  const bytes = await resumeFile(path)
    .load()
    .catch(() => undefined)
  return bytes && readResumeName(bytes, Buffer.from(infoHash, 'hex'))
}

/** What of the environment says where the state of programs is. */
export interface StateEnvironment {
  readonly XDG_STATE_HOME?: string | undefined
}

function resumeFolder({ XDG_STATE_HOME: named = '' }: StateEnvironment, home: string): string {
  return join(isAbsolute(named) ? named : join(home, '.local', 'state'), 'peerchart')
}
