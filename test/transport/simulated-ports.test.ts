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
  const bind = (host: string, port: number) => addressToBind('here', { host, port }, () => 50_000)

  test('the port that it is asked for, and a dynamic one for port 0', () => {
    expect(bind('here', 6881)).toEqual({ host: 'here', port: 6881 })
    expect(bind('here', 0)).toEqual({ host: 'here', port: 50_000 })
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
