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

test.each<[string, string | Uint8Array, string]>([
  ['no JSON', '{', 'own.json is not a usable scenario: '],
  ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'own.json is not a usable scenario: '],
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
    `it is longer than ${scenarioBytesMax} bytes`,
  ],
])('a file with %s is wrong usage, and is named', async (_, content, message) => {
  const reading = readScenarioFile(await fileOf(content), context)
  await expect(reading).rejects.toThrow(WrongUsage)
  await expect(reading).rejects.toThrow(message)
})

test('a file that cannot be read is wrong usage, which names those of the library', async () => {
  const message = 'there is no scenario nowhere, there are flash_crowd, '
  await expect(readScenarioFile('nowhere', context)).rejects.toThrow(message)
  await expect(readScenarioFile(await temporaryFolder(), context)).rejects.toThrow('as a file: ')
})

test('an interruption ends the reading with its reason', async () => {
  const reason = new Error('enough')
  const reading = readScenarioFile(await fileOf(''), { ...context, signal: AbortSignal.abort(reason) })
  await expect(reading).rejects.toBe(reason)
})
