import { expect, test } from 'vitest'
import { judge, passedOverMax } from '../../../transport/web-seed/range-answer.ts'

const asked = { file: 3, begin: 100, end: 300, length: 1_000_000 }
const part = { status: 206, contentRange: 'bytes 100-299/1000000', contentLength: '200' }

test('the part that was asked for is taken as it is', () => {
  expect(judge(part, asked)).toEqual({ passOver: 0 })
  expect(judge({ ...part, contentLength: undefined }, asked)).toEqual({ passOver: 0 })
  expect(judge({ ...part, contentRange: 'bytes 100-299/*' }, asked)).toEqual({ passOver: 0 })
})

test('a whole file is taken where little stands before what was asked for', () => {
  const whole = { status: 200, contentLength: '1000000' }
  expect(judge(whole, asked)).toEqual({ passOver: 100 })
  expect(judge(whole, { ...asked, begin: passedOverMax + 1, end: passedOverMax + 2 })).toMatchObject({
    failure: { fault: 'faulty', message: 'it gives whole files alone, no parts of them' },
  })
})

test.each([
  ['another part', { contentRange: 'bytes 0-199/1000000' }],
  ['less than was asked for', { contentRange: 'bytes 100-298/1000000' }],
  ['a part of a file of another length', { contentRange: 'bytes 100-299/999' }],
  ['a part that it does not name', { contentRange: undefined }],
  ['a part whose length contradicts it', { contentLength: '100' }],
  ['a file of another length', { status: 200, contentLength: '999' }],
  ['no bytes there', { status: 416 }],
  ['bytes that are encoded', { contentEncoding: 'gzip' }],
  ['a redirect to nowhere', { status: 302 }],
])('%s is faulty', (_, change) => {
  expect(judge({ ...part, ...change }, asked)).toMatchObject({ failure: { fault: 'faulty' } })
})

test('a file that is not there, or another, says nothing of other files; a server that refuses does', () => {
  const fileOf = (change: object) => {
    const judged = judge({ ...part, ...change }, asked)
    return 'failure' in judged && judged.failure.file
  }
  const ofFile = [
    ...[403, 404, 410, 416, 451].map((status) => ({ status })),
    { contentRange: 'bytes 100-299/999' },
    { status: 200, contentLength: '999' },
  ]
  expect(ofFile.map(fileOf)).toEqual(ofFile.map(() => 3))
  const ofAll = [...[400, 401, 407].map((status) => ({ status })), { contentEncoding: 'gzip' }, { status: 503 }]
  expect(ofAll.map(fileOf)).toEqual(ofAll.map(() => undefined))
})

test('what is not there is refused, and what passes is busy', () => {
  const faultOf = (status: number) => {
    const judged = judge({ status }, asked)
    return 'failure' in judged && judged.failure.fault
  }
  expect([400, 401, 403, 404, 410].map(faultOf)).toEqual(Array(5).fill('refused'))
  expect([408, 429, 500, 502, 503].map(faultOf)).toEqual(Array(5).fill('busy'))
})

test('when to come again is told in seconds, or by a date beside its own', () => {
  const retryOf = (head: object) => {
    const judged = judge({ status: 503, ...head }, asked)
    return 'failure' in judged ? judged.failure.retryAfterMs : 0
  }
  expect(retryOf({ retryAfter: '120' })).toBe(120_000)
  const date = 'Fri, 31 Dec 1999 23:59:00 GMT'
  expect(retryOf({ retryAfter: 'Fri, 31 Dec 1999 23:59:59 GMT', date })).toBe(59_000)
  for (const head of [{}, { retryAfter: 'soon' }, { retryAfter: date }, { retryAfter: '-1' }])
    expect(retryOf(head)).toBeUndefined()
})
