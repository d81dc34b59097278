import { isIPv4 } from 'node:net'
import type { Dht } from '../../index.ts'
import type { Context } from '../context/context.ts'
import { explainError } from '../process/system-error.ts'
import { keepTable, keptNodes } from './dht-table.ts'
import { asksDht, type SwarmOptions } from './swarm-options.ts'

/**
 * Our node of the DHT as the options have it, if they do, while something runs; destroyed before this settles. Its table is kept for the next
 * run.
 */
export async function withDht<Value>(
  options: Pick<SwarmOptions, 'dht' | 'dhtBootstrap' | 'host'>,
  { api, clock, output }: Pick<Context, 'api' | 'clock' | 'output'>,
  run: (dht: Dht | undefined) => Promise<Value>,
): Promise<Value> {
  if (!asksDht(options)) return run(undefined)
  const { dht: port = 0, dhtBootstrap: bootstrap, host } = options
  const warn = (message: string) => output.event({ event: 'warning', message })
  const keeping = api.dhtTable && { clock, store: api.dhtTable, warn }
  const nodes = keeping ? await keptNodes(keeping) : []
  const dht = api.createDht({ bootstrap, nodes, port, ...(host !== undefined && isIPv4(host) && { host }) })
  dht.opened.then(
    (address) => output.event({ event: 'dht', state: 'listening', host: address.host, port: address.port }),
    (error) => warn(`there is no DHT: ${explainError(error)}`),
  )
  const keep = keeping && keepTable(dht, keeping)
  try {
    return await run(dht)
  } finally {
    await Promise.all([keep?.(), dht.destroy()])
  }
}
