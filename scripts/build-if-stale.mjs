/**
 * Builds what is older than a source of it, bundles and declarations: npm prepares the package also where nothing has changed, as for
 * `npx peerchart` in a clone, which would wait for a build each time.
 */

import { execSync } from 'node:child_process'
import { bundled, isFresh, root } from './is-fresh.mjs'

if (!isFresh([...bundled, 'dist/index.d.ts'])) execSync('npm run build', { cwd: root, stdio: 'inherit' })
