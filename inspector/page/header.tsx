import { useKnown } from './known.ts'
import type { Link } from './store.ts'
import { ThemeSwitch } from './theme.tsx'
import { clockSeconds, count, rate } from './words.ts'

const links: Readonly<Record<Link, string>> = {
  connecting: 'connecting',
  open: 'live',
  lost: 'connection lost',
  resting: 'resting',
  over: 'ended',
}

/** Says that what is seen is of the past, where it is. */
export function Notice() {
  const { link, now } = useKnown('link')
  if (link !== 'lost' && link !== 'over') return null
  return (
    <p class="notice" role="status">
      {link === 'over'
        ? `The program has ended. This is how it stood at ${clockSeconds(now)}.`
        : `The program does not answer, and is tried again. This is how it stood at ${clockSeconds(now)}.`}
    </p>
  )
}

/** What runs as a whole: the link to the program, its age, and its rates. */
export function Header() {
  const { link, now, leftOut, torrents, peers } = useKnown('link', 'torrents', 'peers')
  const rows = [...torrents.values()]
  const down = rows.reduce((sum, { rateDown }) => sum + rateDown, 0)
  const up = rows.reduce((sum, { rateUp }) => sum + rateUp, 0)
  return (
    <header class="top">
      <h1>
        peerchart <span>inspector</span>
      </h1>
      <p class={`link ${link}`} role="status">
        <i aria-hidden="true" />
        {links[link]}
      </p>
      <dl class="totals">
        <div>
          <dt>Running</dt>
          <dd>{clockSeconds(now)}</dd>
        </div>
        <div>
          <dt>Peers</dt>
          <dd>{count(peers.size)}</dd>
        </div>
        <div class="down">
          <dt>Down</dt>
          <dd>{rate(down)}</dd>
        </div>
        <div class="up">
          <dt>Up</dt>
          <dd>{rate(up)}</dd>
        </div>
        {leftOut > 0 && (
          <div title="Events that were left out of the timeline because there were too many">
            <dt>Left out</dt>
            <dd>{count(leftOut)}</dd>
          </div>
        )}
      </dl>
      <ThemeSwitch />
    </header>
  )
}
