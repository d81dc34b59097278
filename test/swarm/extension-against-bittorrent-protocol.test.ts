import Wire from 'bittorrent-protocol'
import { expect, onTestFinished, test } from 'vitest'
import { bencoded, defineExtension } from '../../actors/extensions/extension.ts'
import { addressOf, createSwarm } from './swarm.ts'

/** What of bittorrent-protocol is about extensions, which its types leave out. */
interface ExtensibleWire extends Wire {
  use(extension: new (wire: Wire) => object): void
  extended(name: string, content: object): void
}

/** An extension as webtorrent writes them: says hello when it is greeted, and notes what it hears. */
function theirExtension(name: string, heard: string[]) {
  class TheirExtension {
    declare readonly name: string
    readonly #wire: ExtensibleWire
    constructor(wire: Wire) {
      this.#wire = wire as ExtensibleWire
    }
    onExtendedHandshake({ m }: { readonly m: Readonly<Record<string, number>> }): void {
      if (m[name]) this.#wire.extended(name, { hello: 'from them' })
    }
    onMessage(payload: Uint8Array): void {
      heard.push(new TextDecoder().decode(payload))
    }
  }
  Object.defineProperty(TheirExtension.prototype, 'name', { value: name })
  return TheirExtension
}

/** Ours: the same. */
function ourExtension(name: string, heard: string[]) {
  return defineExtension({
    name,
    codec: bencoded,
    start: (host) => ({
      greeted: (peer) => host.send(peer, { hello: 'from us' }),
      message(_, content) {
        const hello = typeof content === 'object' && 'hello' in content ? content.hello : undefined
        heard.push(hello instanceof Uint8Array ? new TextDecoder().decode(hello) : JSON.stringify(content))
      },
    }),
  })
}

test.each(['we dial', 'they dial'])(
  'an extension of our own speaks with one written for bittorrent-protocol: %s',
  async (who) => {
    const heard = { byUs: [] as string[], byThem: [] as string[] }
    const swarm = createSwarm({ encryption: 'none' })
    const theirs = swarm.network.transport('10.0.0.9')
    const speak = (connection: ReturnType<typeof theirs.dial>): void => {
      const isDialled = connection.direction === 'in'
      const wire = new Wire(isDialled ? 'tcpIncoming' : 'tcpOutgoing') as ExtensibleWire
      onTestFinished(() => wire.destroy())
      // An id of its own, unlike any of ours.
      for (const name of ['xx_first', 'xx_second', 'pc_hello']) wire.use(theirExtension(name, heard.byThem))
      const greet = () =>
        wire.handshake(swarm.metainfo.infoHash, new Uint8Array(20).fill(0xbb), { fast: true, dht: false })
      wire.on('data', (bytes) => void connection.write([bytes.slice()]))
      if (isDialled) wire.once('handshake', greet)
      connection.open({
        opened: () => {
          if (!isDialled) greet()
        },
        data: (bytes) => void wire.write(bytes.slice()),
        drained: () => undefined,
        closed: () => wire.destroy(),
      })
    }
    if (who === 'we dial') void theirs.listen(addressOf('10.0.0.9'), speak)
    const member = swarm.add('10.0.0.1', {
      extensions: [ourExtension('pc_hello', heard.byUs)],
      knows: who === 'we dial' ? ['10.0.0.9'] : [],
    })
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    if (who === 'they dial') speak(theirs.dial(addressOf('10.0.0.1')))
    await swarm.pass(2_000)
    expect(heard).toEqual({ byUs: ['from them'], byThem: ['d5:hello7:from use'] })
    member.torrent.removeExtension('pc_hello')
    await swarm.pass(1_000)
    expect(member.torrent.peers.map(({ state }) => state)).toEqual(['open'])
    await swarm.stop()
  },
)
