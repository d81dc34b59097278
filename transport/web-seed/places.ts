import { distance } from '../address.ts'
import { redirectTo } from '../redirect.ts'
import { unreachable } from '../tracker/network-error.ts'
import { hostOf } from '../tracker/tracker-url.ts'
import type { WebSeedFailure } from './failure.ts'
import type { WebSeedNetwork } from './network.ts'
import type { WebSeedContent } from './web-seed-content.ts'
import { fileUrl } from './web-seed-url.ts'

/** Files whose redirects are remembered. Our own number. */
const rememberedMax = 1_000

/** Where a file is asked for. */
export interface Place {
  readonly url: URL
  readonly hosts: readonly string[]
  /** Redirects that have led here. */
  readonly redirects: number
}

/** A place, or why there is none. */
export type Found = Place | { readonly failure: WebSeedFailure }

const faulty = (message: string): Found => ({ failure: { fault: 'faulty', message } })

/**
 * Where a web seed has the files of a torrent. A redirect leads there once for all, as long as the connection lasts. As libtorrent does
 * (`ssrf_mitigation`), and as with trackers, none is followed to a host nearer to us than the one that sends us there; and a host on this
 * machine or in a private network is asked for nothing with a query: whoever writes a .torrent file could have us give orders to a device
 * there.
 */
export class Places {
  readonly #webSeed: string
  readonly #content: WebSeedContent
  readonly #resolve: WebSeedNetwork['resolve']
  readonly #moved = new Map<number, Place>()

  constructor(webSeed: string, content: WebSeedContent, resolve: WebSeedNetwork['resolve']) {
    this.#webSeed = webSeed
    this.#content = content
    this.#resolve = resolve
  }

  /** Where a file is. `done` may be called within the call. */
  find(file: number, done: (found: Found) => void): void {
    const moved = this.#moved.get(file)
    if (moved) {
      done(moved)
      return
    }
    const url = this.#urlOf(file)
    if (url) this.#reach({ url, redirects: 0 }, 0, done)
    else done({ failure: { fault: 'faulty', message: 'no URL can name the file', file } })
  }

  /** Where a redirect leads. `done` may be called within the call. */
  follow(file: number, location: string, from: Place, done: (found: Found) => void): void {
    const url = redirectTo(location, from.url, from.redirects)
    if (typeof url === 'string') {
      done(faulty(url))
      return
    }
    this.#reach({ url, redirects: from.redirects + 1 }, Math.min(...from.hosts.map(distance)), (found) => {
      if ('hosts' in found) this.#remember(file, found)
      done(found)
    })
  }

  /** Where we were sent the file is not any more: true where it is to be looked for anew. */
  forget(file: number): boolean {
    return this.#moved.delete(file)
  }

  #urlOf(file: number): URL | undefined {
    const { files } = this.#content
    const one = files[file]
    if (!one) return undefined
    const names = one.renamedFrom ?? one.path
    return fileUrl(this.#webSeed, { names, isAlone: files.length === 1 && one.path.length === 1 })
  }

  /** The addresses of a host that are as far off as `least`, or further. */
  #reach({ url, redirects }: Omit<Place, 'hosts'>, least: number, done: (found: Found) => void): void {
    this.#resolve(hostOf(url), (all) => {
      if (all instanceof Error) {
        done({ failure: { fault: 'unreachable', message: unreachable(all).failure.message } })
        return
      }
      const hosts = all.filter((host) => distance(host) >= least)
      if (hosts.length === 0) done(faulty(`it sends us to ${url.hostname.slice(0, 100)}, which is near us`))
      else if (url.search !== '' && hosts.some((host) => distance(host) < 2))
        done(faulty('in our own network a file is asked for without a query alone'))
      else done({ url, hosts, redirects })
    })
  }

  #remember(file: number, place: Place): void {
    if (this.#moved.size >= rememberedMax) this.#moved.clear()
    this.#moved.set(file, { ...place, redirects: 0 })
  }
}
