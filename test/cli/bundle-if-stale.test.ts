import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

/** A tree in which bundling writes down that it was done, and what it makes. */
async function tree() {
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const at = (path: string) => join(folder, path)
  for (const path of ['scripts', 'dist/cli', 'dist/inspector/page', 'machines', 'test'])
    await mkdir(at(path), { recursive: true })
  await copyFile('scripts/bundle-if-stale.mjs', at('scripts/bundle-if-stale.mjs'))
  const bundling = (made: string) => `
    import { appendFileSync, writeFileSync } from 'node:fs'
    writeFileSync(${JSON.stringify(at(made))}, '')
    appendFileSync(${JSON.stringify(at('dist/log'))}, '${made} ')`
  await writeFile(at('scripts/bundle.mjs'), bundling('dist/cli/main.js'))
  await writeFile(at('scripts/bundle-page.mjs'), bundling('dist/inspector/page/page.js'))
  return {
    at,
    /** What is bundled by a start. */
    async start(): Promise<string> {
      await rm(at('dist/log'), { force: true })
      await promisify(execFile)(process.execPath, [at('scripts/bundle-if-stale.mjs')])
      return readFile(at('dist/log'), 'utf8').catch(() => '')
    },
    /** Changes a file some seconds from now, as far as its time tells. */
    async change(path: string) {
      await writeFile(at(path), '')
      const later = new Date(Date.now() + 5_000)
      await utimes(at(path), later, later)
    },
  }
}

test('a start bundles where nothing was bundled, or a source is newer, and no second time', async () => {
  const { start, change } = await tree()
  const everything = 'dist/cli/main.js dist/inspector/page/page.js '
  expect(await start()).toBe(everything)
  expect(await start()).toBe('')
  await change('test/some.test.ts')
  expect(await start()).toBe('')
  await change('machines/peer.ts')
  expect(await start()).toBe(everything)
})
