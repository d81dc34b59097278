import { describe, expect, it } from 'vitest'
import { wrapLabel } from '../../diagram/wrap.ts'

const visible = (lines: string[]) => lines.map((line) => line.replaceAll('\u200b', '').replaceAll('\u00a0', '.'))

describe('wrapLabel', () => {
  it('breaks at spaces only, and indents what goes on', () => {
    expect(visible(wrapLabel('wire.have [known] / noteHave, tell', 20))).toEqual([
      'wire.have [known] /',
      '....noteHave, tell',
    ])
  })

  it('leaves a word that is too long whole, and a short label alone', () => {
    expect(visible(wrapLabel('e / raiseViolation(message_before_handshake)', 12))).toEqual([
      'e /',
      '....raiseViolation(message_before_handshake)',
    ])
    expect(wrapLabel('choke', 12)).toEqual(['choke'])
  })
})
