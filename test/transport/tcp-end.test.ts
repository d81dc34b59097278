import { expect, test } from 'vitest'
import { tcpEnd } from '../../transport/tcp-end.ts'

const failed = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

test.each([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENOTFOUND', 'unreachable'],
  ['ECONNRESET', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['EPROTO', 'error'],
])('%s is %s', (code, end) => {
  expect(tcpEnd(failed(code))).toEqual({ code: end, detail: `connect ${code}` })
})

test('what is no error of the system is told as it is', () => {
  expect(tcpEnd(new Error('odd'))).toEqual({ code: 'error', detail: 'odd' })
  expect(tcpEnd('odd')).toEqual({ code: 'error', detail: 'odd' })
  expect(tcpEnd(Object.assign(new Error(), { code: 'EODD' }))).toEqual({ code: 'error', detail: 'EODD' })
})
