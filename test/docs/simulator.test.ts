import { expect, test } from 'vitest'
import { library } from '../../simulator/scenarios/library.ts'
import { below, codeIn, rowsOf } from './manual.ts'

test('docs/simulator.md lists the scenarios of the library, as they are described there', () => {
  const rows = rowsOf(below('docs/simulator.md', 'scenarios')).map((row) => {
    const [, name, description = ''] = row.split('|')
    return [codeIn(name)[0], description.trim()]
  })
  expect(rows).toEqual(Object.entries(library).map(([name, { description }]) => [name, description]))
})
