import { shortHash } from '../output/describe.ts'
import type { Output, Standing } from '../output/output.ts'
import type { Table } from '../output/table.ts'

/** Peers that a terminal shows of all torrents together. */
const foremostMax = 10

/** What one of several torrents reports to. */
export interface OutputShare {
  readonly output: Output
  /** Says whose events these are from now on: the info hash in hex. */
  mark(torrent: string): void
}

/** One output for several torrents. */
export interface SharedOutput {
  open(): OutputShare
  /** Writes the closing tables as one, or what became of all that was broken off. */
  close(): void
}

/**
 * Shares an output: events are marked, the lines of all torrents stand above those of all peers, and there is one table at the end, with a column
 * that says which torrent a row is of.
 */
export function shareOutput(output: Output): SharedOutput {
  const standings = new Map<object, readonly Standing[]>()
  const tables: Table[] = []
  let opened = 0
  let brokenOff = 0
  const show = () => {
    const all = [...standings.values()].flat()
    output.standings([...all.filter(({ torrent }) => torrent), ...all.filter(({ torrent }) => !torrent)])
  }
  return {
    open() {
      opened++
      const key = {}
      let mark: { torrent?: string } = {}
      const keep = (table: Table) => void tables.push(withFirst('torrent', shortHash(mark.torrent ?? ''), table))
      return {
        mark: (torrent) => {
          mark = { torrent }
        },
        output: {
          event: (event) => output.event({ ...event, ...mark }),
          standings(own) {
            standings.set(key, own)
            show()
          },
          table: (table) => {
            standings.delete(key)
            keep(table)
          },
          brokenOff(_, table) {
            brokenOff++
            keep(table)
          },
          close() {},
        },
      }
    },
    close() {
      const [first] = tables
      if (!first) return
      const rows = tables.flatMap((table) => table.rows)
      const foremost = tables.flatMap((table) => table.foremost ?? table.rows).slice(0, foremostMax)
      const table = { ...first, rows, foremost }
      const line = `stopped, ${brokenOff} of ${opened} incomplete, run it again`
      if (brokenOff > 0) output.brokenOff(line, table)
      else output.table(table)
    },
  }
}

/** A table with one more column at its beginning, the last to go, that says the same in each row. */
function withFirst(name: string, cell: string, { head, rows, dispensable, foremost, keeps, notes }: Table): Table {
  const within = (some: Table['rows']) => some.map((row) => [cell, ...row])
  return {
    head: [name, ...head],
    rows: within(rows),
    dispensable: [...dispensable, name],
    ...(foremost && { foremost: within(foremost) }),
    ...(keeps && { keeps: ([, ...row]) => keeps(row) }),
    ...(notes && { notes }),
  }
}
