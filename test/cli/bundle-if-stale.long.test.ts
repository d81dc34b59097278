import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

/** A tree in which bundling, and compiling the declarations, writes down that it was done, and what it makes. */
async function tree() {
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const at = (path: string) => join(folder, path)
  for (const path of ['scripts', 'dist/cli', 'dist/inspector/page', 'machines', 'test'])
    await mkdir(at(path), { recursive: true })
  for (const name of ['is-fresh', 'bundle-if-stale', 'build-if-stale'])
    await copyFile(`scripts/${name}.mjs`, at(`scripts/${name}.mjs`))
  const bundling = (made: string) => `
    import { appendFileSync, writeFileSync } from 'node:fs'
    writeFileSync(${JSON.stringify(at(made))}, '')
    appendFileSync(${JSON.stringify(at('dist/log'))}, '${made} ')`
  await writeFile(at('scripts/bundle.mjs'), bundling('dist/cli/main.js'))
  await writeFile(at('scripts/bundle-page.mjs'), bundling('dist/inspector/page/page.js'))
  await writeFile(at('scripts/declare.mjs'), bundling('dist/index.d.ts'))
  const build = ['bundle', 'bundle-page', 'declare'].map((name) => `node scripts/${name}.mjs`).join(' && ')
  await writeFile(at('package.json'), JSON.stringify({ type: 'module', scripts: { build } }))
  const made = async (script: string): Promise<string> => {
    await rm(at('dist/log'), { force: true })
    await promisify(execFile)(process.execPath, [at(script)])
    return readFile(at('dist/log'), 'utf8').catch(() => '')
  }
  return {
    /** What is bundled by a start. */
    start: () => made('scripts/bundle-if-stale.mjs'),
    /** What is built when npm prepares the package. */
    prepare: () => made('scripts/build-if-stale.mjs'),
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

test('npm prepares the package by a build where anything of it is missing, or a source is newer, and no second time', async () => {
  const { start, prepare, change } = await tree()
  const everything = 'dist/cli/main.js dist/inspector/page/page.js dist/index.d.ts '
  await start()
  expect(await prepare()).toBe(everything)
  expect(await prepare()).toBe('')
  await change('machines/peer.ts')
  expect(await prepare()).toBe(everything)
})
