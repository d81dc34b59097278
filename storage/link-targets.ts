import { NameTree } from './name-tree.ts'
import { Pace, type Steps } from './steps.ts'

/** A file of a torrent, as far as its links (BEP 47) are concerned. */
export interface LinkedFile {
  /** As the torrent has it, the name of the torrent's folder first. */
  readonly path: readonly string[]
  /** Never on disk. */
  readonly pad?: true
}

/** Where a link leads to in the end: a file by its index, or a folder by its path. Links to one folder share that. */
export type LinkTarget = { readonly file: number } | { readonly folder: readonly string[] }

/**
 * Follows each link of a torrent to the file or folder of the torrent that it leads to in the end, over as many other links as there
 * are, so that each may be made to lead straight there. A target is read from the torrent's folder, as BEP 47 has it, or, like
 * libtorrent does, from the folder that the link lies in. What leads out, to nothing or in a circle has no target.
 *
 * In steps; linear in the parts of all paths and targets, and without recursion.
 *
 * @param wanted what each link says, safe names from the torrent's folder, by the index of the link. None is a pad.
 * @returns by the index of the link.
 */
export function* linkTargets(
  files: readonly LinkedFile[],
  wanted: ReadonlyMap<number, readonly string[]>,
): Steps<ReadonlyMap<number, LinkTarget>> {
  const targets = new Map<number, LinkTarget>()
  if (wanted.size === 0) return targets
  const tree = new LinkTree(files, wanted)
  yield* tree.build()
  for (const link of wanted.keys()) {
    const found = yield* tree.follow(link)
    if (found) targets.set(link, found)
  }
  return targets
}

/** What the torrent's folder stands in. */
const outside = 0

/** A folder: the beginning, `depth` parts long, of a file's path. */
interface Folder {
  readonly path: readonly string[]
  readonly depth: number
  /** Cut out when a link leads here. */
  own?: readonly string[]
}

/** A link that is being followed. */
interface Walk {
  readonly link: number
  /** Where we stand, and how many parts of the target have led here. */
  node: number
  at: number
}

class LinkTree {
  readonly #files: readonly LinkedFile[]
  readonly #wanted: ReadonlyMap<number, readonly string[]>
  readonly #tree: NameTree
  readonly #pace = new Pace()
  /** By node: the file that stands there, and the folder. A file in the place of a folder is stored elsewhere. */
  readonly #fileAt: (number | undefined)[] = []
  readonly #folderAt: (Folder | undefined)[] = [{ path: [], depth: 0 }]
  /** The torrent's folder. */
  #root = outside
  /** By link: the node of a file or folder; undefined for nowhere. */
  readonly #ends = new Map<number, number | undefined>()

  constructor(files: readonly LinkedFile[], wanted: ReadonlyMap<number, readonly string[]>) {
    this.#files = files
    this.#wanted = wanted
    this.#tree = new NameTree(files.length)
  }

  *build(): Steps<void> {
    for (const [i, { path, pad }] of this.#files.entries()) {
      if (this.#pace.isDue()) yield
      if (pad) continue
      let node = outside
      for (let depth = 0; depth < path.length; depth++) {
        if (this.#pace.isDue()) yield
        node = this.#tree.put(node, path[depth] ?? '')
        if (depth === 0) this.#root = node
        if (depth < path.length - 1) this.#folderAt[node] ??= { path, depth: depth + 1 }
        else this.#fileAt[node] ??= i
      }
    }
  }

  *follow(link: number): Steps<LinkTarget | undefined> {
    const underWay = new Set<number>([link])
    const walks: Walk[] = [yield* this.#begin(link)]
    for (let walk = walks.at(-1); walk; walk = walks.at(-1)) {
      const awaited = yield* this.#go(walk)
      if (awaited === undefined) {
        walks.pop()
        underWay.delete(walk.link)
      } else if (underWay.has(awaited)) {
        this.#ends.set(awaited, undefined)
      } else {
        underWay.add(awaited)
        walks.push(yield* this.#begin(awaited))
      }
    }
    return this.#targetOf(this.#ends.get(link))
  }

  #targetOf(node: number | undefined): LinkTarget | undefined {
    if (node === undefined) return undefined
    const folder = this.#folderAt[node]
    if (folder) {
      folder.own ??= folder.path.slice(0, folder.depth)
      return { folder: folder.own }
    }
    const file = this.#fileAt[node]
    return file === undefined ? undefined : { file }
  }

  *#begin(link: number): Steps<Walk> {
    const target = this.#wanted.get(link) ?? []
    const inRoot = { link, node: this.#root, at: 0 }
    if ((yield* this.#plain(this.#root, target)) !== undefined) return inRoot
    const beside = yield* this.#plain(outside, this.#files[link]?.path.slice(0, -1) ?? [])
    if (beside === undefined || (yield* this.#plain(beside, target)) === undefined) return inRoot
    return { link, node: beside, at: 0 }
  }

  /** Goes on until the end is known, which is noted, or that of another link is needed, which is returned. */
  *#go(walk: Walk): Steps<number | undefined> {
    const target = this.#wanted.get(walk.link) ?? []
    for (;;) {
      if (this.#pace.isDue()) yield
      const link = this.#linkAt(walk.node)
      if (link !== undefined) {
        if (!this.#ends.has(link)) return link
        const end = this.#ends.get(link)
        if (end === undefined) break
        walk.node = end
      }
      if (walk.at === target.length) {
        this.#ends.set(walk.link, walk.node)
        return undefined
      }
      const child = this.#folderAt[walk.node] && this.#tree.find(walk.node, target[walk.at++] ?? '')
      if (child === undefined) break
      walk.node = child
    }
    this.#ends.set(walk.link, undefined)
    return undefined
  }

  #linkAt(node: number): number | undefined {
    const file = this.#fileAt[node]
    if (file === undefined || this.#folderAt[node]) return undefined
    return this.#wanted.has(file) ? file : undefined
  }

  /** Where a path leads that passes over no link. */
  *#plain(from: number, path: readonly string[]): Steps<number | undefined> {
    let node: number | undefined = from
    for (const name of path) {
      if (this.#pace.isDue()) yield
      if (node === undefined || !this.#folderAt[node]) return undefined
      node = this.#tree.find(node, name)
    }
    return node
  }
}
