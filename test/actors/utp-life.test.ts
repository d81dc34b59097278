import { expect, test } from 'vitest'
import { createUtpLife } from '../../actors/utp-life.ts'

test('a life tells its stage, and of each direction how far it has ended', () => {
  const life = createUtpLife()
  const standing = () => [life.stage, life.ours, life.theirs]
  expect(standing()).toEqual(['idle', 'open', 'open'])
  life.send({ type: 'utp.dialled' })
  life.send({ type: 'utp.established' })
  expect(standing()).toEqual(['connected', 'open', 'open'])
  life.send({ type: 'utp.fin_sent' })
  expect(standing()).toEqual(['connected', 'fin_sent', 'open'])
  life.send({ type: 'utp.fin_received' })
  expect(standing()).toEqual(['connected', 'fin_sent', 'fin_received'])
  life.send({ type: 'utp.fin_acknowledged' })
  expect(standing()).toEqual(['lingering', 'fin_acknowledged', 'fin_received'])
  life.send({ type: 'utp.lingered' })
  expect(life.stage).toBe('closed')
  life.send({ type: 'utp.reset' })
  expect(life.stage).toBe('closed')
})
