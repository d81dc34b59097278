import { existsSync } from 'node:fs'
import { executablePath, missing } from './browser.ts'

/** Before all browser tests. */
export default function requireChromium(): void {
  if (!existsSync(executablePath)) throw new Error(missing)
}
