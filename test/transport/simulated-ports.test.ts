import { describe, expect, test } from 'vitest'
import { addressToBind, createDynamicPorts, firstDynamicPort } from '../../transport/simulated-ports.ts'

describe('dynamic ports', () => {
  test('come in turn, and again only when all were taken', () => {
    const dynamicPort = createDynamicPorts()
    const count = 65536 - firstDynamicPort
    const ports = Array.from({ length: count }, dynamicPort)
    expect(new Set(ports).size).toBe(count)
    expect([Math.min(...ports), Math.max(...ports)]).toEqual([firstDynamicPort, 65535])
    expect(dynamicPort()).toBe(firstDynamicPort)
  })

  test('of two networks do not depend on each other', () => {
    const one = createDynamicPorts()
    one()
    expect(createDynamicPorts()()).toBe(firstDynamicPort)
  })
})

describe('a simulated host binds', () => {
  const bind = (host: string, port: number, taken: readonly number[] = []) =>
    addressToBind(
      'here',
      { host, port },
      { dynamicPort: createDynamicPorts(), isTaken: (one) => taken.includes(one.port) },
    )

  test('the port that it is asked for, unless it is taken', () => {
    expect(bind('here', 6881, [6882])).toEqual({ host: 'here', port: 6881 })
    expect(bind('here', 6881, [6881])).toMatchObject({ code: 'EADDRINUSE' })
  })

  test('a free dynamic port for port 0, while there is one', () => {
    expect(bind('here', 0)).toEqual({ host: 'here', port: firstDynamicPort })
    expect(bind('here', 0, [firstDynamicPort, firstDynamicPort + 1])).toEqual({
      host: 'here',
      port: firstDynamicPort + 2,
    })
    const all = Array.from({ length: 65536 - firstDynamicPort }, (_, n) => firstDynamicPort + n)
    expect(bind('here', 0, all)).toMatchObject({ code: 'EADDRINUSE' })
  })

  test('no port out of range', () => {
    for (const port of [-1, 65_536, 1.5, Number.NaN]) {
      expect(bind('here', port)).toEqual(new RangeError(`${port} is not a port`))
    }
    expect(bind('here', 65_535)).toEqual({ host: 'here', port: 65_535 })
  })

  test('no address of another', () => {
    expect(bind('there', 6881)).toMatchObject({ code: 'EADDRNOTAVAIL' })
  })
})
