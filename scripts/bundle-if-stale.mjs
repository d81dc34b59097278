/** Bundles what is older than a source of it: after `npm install`, which has built everything, `npm start` starts at once. */

import { bundled, isFresh } from './is-fresh.mjs'

if (!isFresh(bundled)) {
  await import('./bundle.mjs')
  await import('./bundle-page.mjs')
}
