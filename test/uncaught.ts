import { vi } from 'vitest'
import { Blacklist } from '../machines/torrent/trust/blacklist.ts'

/** A blacklist that throws whenever it is asked, so that the actor that asks it has a defect. */
export function brokenBlacklist(defect: Error): Blacklist {
  class Broken extends Blacklist {
    override hasAddress(): never {
      throw defect
    }
  }
  return new Broken()
}

/** What XState would have thrown at nobody in particular, had `run` been alone in the process. */
export async function uncaughtIn(run: () => void | Promise<void>): Promise<unknown[]> {
  const reports: (() => void)[] = []
  const realTimer = setTimeout(() => {}, 0)
  const spy = vi.spyOn(globalThis, 'setTimeout')
  spy.mockImplementation((report) => {
    reports.push(report)
    return realTimer
  })
  try {
    await run()
  } finally {
    spy.mockRestore()
  }
  return reports.flatMap((report) => {
    try {
      report()
      return []
    } catch (error) {
      return [error]
    }
  })
}
