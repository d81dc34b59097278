import { type CallbackActorLogic, type EventObject, fromCallback } from 'xstate'
import type { WebSeedLinkNews } from '../machines/web-seed/events.ts'
import type { WebSeedLinkInput } from '../machines/web-seed/setup.ts'
import type { Clock } from '../transport/clock.ts'
import { requireText } from '../transport/require.ts'
import type { WebSeedNetwork } from '../transport/web-seed/network.ts'
import { WebSeedConnection } from '../transport/web-seed/web-seed-connection.ts'
import type { WebSeedContent } from '../transport/web-seed/web-seed-content.ts'
import { readWebSeedUrl } from '../transport/web-seed/web-seed-url.ts'

/** The web seeds of a torrent: those that its owner adds, and those that it names, as far as they can be asked; or none where that is `false`. */
export const webSeedsOf = (named: readonly string[], added: false | readonly string[] = []): readonly string[] =>
  added === false ? [] : [...added.map(requireWebSeed), ...named.flatMap((url) => readWebSeedUrl(url) ?? [])]

/** The URL of a web seed that a caller gives, as it is kept. Throws a RangeError for what cannot be asked. */
export function requireWebSeed(text: string): string {
  requireText('the URL of a web seed', text)
  const url = readWebSeedUrl(text)
  if (url === undefined) throw new RangeError(`'${text}' is no web seed: it has an http or https URL`)
  return url
}

/** What connections to web seeds are made with. */
export interface WebSeedServices {
  /** Of a torrent whose metadata is there. */
  readonly content: () => WebSeedContent
  readonly network: WebSeedNetwork
  readonly clock: Clock
}

/** One connection to a web seed, which becomes that of a peer; it ends with its actor. */
export const webSeedLogic = ({
  clock,
  content,
  network,
}: WebSeedServices): CallbackActorLogic<EventObject, WebSeedLinkInput> =>
  fromCallback<EventObject, WebSeedLinkInput>(({ input: { url, without }, sendBack }) => {
    const report = (news: WebSeedLinkNews) => sendBack(news)
    const connection = new WebSeedConnection({
      url,
      content: content(),
      without,
      network,
      clock,
      answered: () => report({ type: 'link.answered' }),
      failed: (failure) => report({ type: 'link.failed', failure, at: clock.now() }),
    })
    report({ type: 'link.made', connection })
    return () => connection.destroy()
  })
