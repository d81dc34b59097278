import { beforeEach, describe, expect, test, vi } from 'vitest'
import { givePacket, keptPacketsMax, takePacket } from '../../../transport/utp/packet-memory.ts'
import { datagramBytesMax, smallBytes } from '../../../transport/utp/packet-size.ts'
import { ScriptedRemote } from './scripted-remote.ts'

beforeEach(() => {
  // What other tests of this process have left there.
  for (const byteCount of [...Object.values(datagramBytesMax), smallBytes]) {
    for (let count = 0; count < keptPacketsMax; count++) takePacket(byteCount)
  }
})

/** Whether the memory of a packet is given to the next of its length, and to that alone. */
function isUsedAgain(byteCount: number): readonly boolean[] {
  // Other tests may have left as many as are kept.
  takePacket(byteCount)
  const packet = new Uint8Array(byteCount)
  givePacket(packet)
  return [takePacket(byteCount) === packet, takePacket(byteCount) === packet]
}

describe('the memory of packets', () => {
  test.each([...Object.values(datagramBytesMax), smallBytes])(
    'of %i bytes, as most have, is used again',
    (byteCount) => {
      expect(isUsedAgain(byteCount)).toEqual([true, false])
    },
  )

  test('of another length is not kept', () => {
    expect(isUsedAgain(547)).toEqual([false, false])
  })

  test('is kept of so many alone', () => {
    for (let count = 0; count < keptPacketsMax; count++) takePacket(1400)
    const packets: Uint8Array[] = Array.from({ length: keptPacketsMax + 10 }, () => new Uint8Array(1400))
    for (const packet of packets) givePacket(packet)
    const again = packets.map(() => takePacket(1400))
    expect(again.filter((packet) => packets.includes(packet))).toHaveLength(keptPacketsMax)
  })
})

describe('a stream', () => {
  /** The memory of each packet that is written. */
  function scene() {
    const remote = ScriptedRemote.connected()
    const send = vi.spyOn(remote.end.host, 'send')
    const write = () => {
      remote.write(1)
      return send.mock.lastCall?.[0]
    }
    const acknowledge = () => remote.say({ ack: remote.sent().at(-1)?.sequence ?? 0 })
    return { remote, write, acknowledge }
  }

  test('writes into the memory of a packet that was acknowledged', () => {
    const { write, acknowledge } = scene()
    const first = write()
    acknowledge()
    expect(write()).toBe(first)
    expect(write()).not.toBe(first)
  })

  test('leaves alone the memory of a packet that still waits to leave the socket, though it was acknowledged', () => {
    const { remote, write, acknowledge } = scene()
    remote.end.isStuck = true
    const first = write()
    acknowledge()
    const second = write()
    expect(second).not.toBe(first)
    remote.end.release()
    acknowledge()
    expect(write()).toBe(second)
  })
})
