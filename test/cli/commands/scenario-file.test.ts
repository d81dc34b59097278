import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readScenarioFile, scenarioBytesMax } from '../../../cli/commands/scenario-file.ts'
import { WrongUsage } from '../../../cli/process/exit.ts'
import { library } from '../../../simulator/index.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

const crowd = library.flash_crowd?.make({ peers: 4 })
const { clock, api } = fakeIo().io
const context = { api, clock, signal: new AbortController().signal }

async function fileOf(content: string | Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(), 'own.json')
  await writeFile(file, content)
  return file
}

test('a scenario of the library that was written to a file is the same when it is read', async () => {
  expect(await readScenarioFile(await fileOf(JSON.stringify(crowd)), context)).toEqual(crowd)
  expect(await readScenarioFile(await fileOf(`\ufeff${JSON.stringify(crowd)}`), context)).toEqual(crowd)
})

test.each<[string, string | Uint8Array, string | RegExp]>([
  ['no JSON', '{', 'own.json is not a usable scenario: '],
  ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /own\.json is not a usable scenario: it is not UTF-8$/],
  ['nothing', '', 'own.json is not a usable scenario: '],
  ['a list', '[]', 'own.json is not a usable scenario: name of a scenario is text'],
  [
    'what is misspelt',
    JSON.stringify({ ...crowd, event: [] }),
    'own.json is not a usable scenario: a scenario has no event',
  ],
  [
    'more bytes than a scenario has',
    new Uint8Array(scenarioBytesMax + 1),
    new RegExp(`^\\S+own\\.json is not a usable scenario: it is longer than ${scenarioBytesMax} bytes$`),
  ],
])('a file with %s is wrong usage, and is named', async (_, content, message) => {
  const reading = readScenarioFile(await fileOf(content), context)
  await expect(reading).rejects.toThrow(WrongUsage)
  await expect(reading).rejects.toThrow(message)
})

test('a file that is not there is wrong usage, which names the scenarios of the library', async () => {
  const message = 'there is no scenario nowhere, and no file of that name; there are flash_crowd, '
  const reading = readScenarioFile('nowhere', context)
  await expect(reading).rejects.toThrow(WrongUsage)
  await expect(reading).rejects.toThrow(message)
})

test('a file that is there and cannot be read is wrong usage, which says why alone', async () => {
  const folder = await temporaryFolder()
  for (const [path, why] of [
    [folder, 'it is a folder'],
    [join(await fileOf('{}'), 'below'), 'part of the path is not a folder'],
  ] as const) {
    const reading = readScenarioFile(path, context)
    await expect(reading).rejects.toThrow(WrongUsage)
    await expect(reading).rejects.toThrow(new WrongUsage(`cannot read ${path}: ${why}`))
  }
})

test('an interruption ends the reading with its reason', async () => {
  const reason = new Error('enough')
  const reading = readScenarioFile(await fileOf(''), { ...context, signal: AbortSignal.abort(reason) })
  await expect(reading).rejects.toBe(reason)
})
