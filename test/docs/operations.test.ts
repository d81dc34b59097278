import { Command, type Option } from 'commander'
import { describe, expect, test } from 'vitest'
import { addSwarmOptions } from '../../cli/commands/swarm-options.ts'
import { createOutput } from '../../cli/output/create-output.ts'
import { exitCodes, signalExitCodes } from '../../cli/process/exit.ts'
import { createProgram } from '../../cli/program.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { read } from '../source-tree.ts'
import { codeIn, manual, page, rowsOf, section } from './manual.ts'

const operations = 'docs/operations.md'
const escaped = (cell: string): string => cell.replaceAll('|', '\\|')

/** The program to look at; no command of it is run. */
const { io } = fakeIo()
const output = createOutput(io, io.clock, ['--json'])
const program = createProgram({ ...io, output, signal: new AbortController().signal })

const rowOf = ({ flags, description, argChoices, defaultValue }: Option, presetOf: string | undefined): string => {
  const meaning = [description, ...(argChoices ? [argChoices.map((one) => `\`${one}\``).join(', ')] : [])].join(': ')
  const preset = presetOf ?? (defaultValue === undefined || Array.isArray(defaultValue) ? '' : `\`${defaultValue}\``)
  return `| \`${escaped(flags)}\` | ${escaped(meaning)} | ${preset} |`
}

test('the options of download and seed are listed as the program has them', () => {
  const { options } = addSwarmOptions(new Command(), 0)
  const expected = options.map((option) =>
    rowOf(option, option.long === '--listen' ? 'download: `0`, seed: `6881`' : undefined),
  )
  expect(rowsOf(section(operations, 'Options of download and seed'))).toEqual(expected)
})

test('the exit codes are listed as the program has them', () => {
  const listed = rowsOf(section(operations, 'Exit codes')).map((row) => row.split('|').map((cell) => cell.trim()))
  const codes = [...Object.values(exitCodes), ...Object.values(signalExitCodes)].map(String)
  expect(listed.map(([, code]) => code).sort()).toEqual(codes.sort())
  for (const [signal, code] of Object.entries(signalExitCodes)) {
    expect(listed.find(([, listedCode]) => listedCode === String(code))?.[2]).toContain(signal)
  }
})

describe('the events of --json', () => {
  const declared = [...read('cli/output/events.ts').matchAll(/readonly event: '(\w+)'([^}]*)\}/g)].map(
    ([, event = '', rest = '']) => [event, ...[...rest.matchAll(/readonly (\w+)\??:/g)].map(([, field = '']) => field)],
  )
  const listed = rowsOf(section(operations, 'Output')).map((row) => {
    const [, event, fields] = row.split('|')
    return [...codeIn(event), ...codeIn(fields)]
  })

  test('are listed, each with its fields', () => {
    expect(declared.length).toBeGreaterThan(10)
    expect(listed.map((row) => row.join(' ')).sort()).toEqual(declared.map((row) => row.join(' ')).sort())
  })
})

describe('every command line on these pages', () => {
  const lines = [...manual].flatMap(([path, text]) =>
    [...text.matchAll(/^(?:npx )?peerchart (.*)$/gm)].map(([, line = '']) => [path, line] as const),
  )

  test('is found', () => {
    expect(lines.length).toBeGreaterThan(4)
    expect(page('docs/guide.md')).toContain('npx peerchart create')
  })

  test.each(lines)('%s: %s', (_, line) => {
    const [name = '', ...words] = line.match(/'[^']*'|\S+/g) ?? []
    const command = program.commands.find((one) => one.name() === name)
    expect(command).toBeDefined()
    const known = command?.options.map(({ long }) => long) ?? []
    expect(words.filter((word) => word.startsWith('--')).filter((word) => !known.includes(word))).toEqual([])
  })
})
