import { expect, test } from 'vitest'
import { charts, drawings } from '../../diagram/charts.ts'
import { staleDrawings } from '../../diagram/drawings.ts'

test('the committed drawings show the charts as they are: npm run draw makes them anew', async () => {
  expect(await staleDrawings('.', drawings)).toEqual([])
})

test('the peer is drawn with every region by its name', () => {
  expect(Object.keys(charts.peer?.states ?? {})).toEqual([
    'handshake',
    'encryption',
    'talk',
    'availability',
    'extended',
    'am_choking',
    'am_interested',
    'peer_choking',
    'peer_interested',
    'requests',
    'uploads',
    'reputation',
  ])
})
