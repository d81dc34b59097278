import type { CryptoMethod } from '../../transport/mse/crypto-method.ts'
import type { Case } from '../case.ts'
import { headerFirstByte } from '../public-key.ts'
import type { Scene } from '../scene.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { waits } from '../waits.ts'

const offers: Readonly<Record<string, readonly CryptoMethod[]>> = {
  rc4: ['rc4'],
  plaintext: ['plaintext'],
  both: ['rc4', 'plaintext'],
}

/** Whether the client agrees to an offer that has no handshake within. */
async function agrees(scene: Scene, offer: readonly CryptoMethod[]): Promise<boolean> {
  const { remote } = await scene.dial()
  return (await remote.negotiate(scene.initiator(offer)))?.type === 'established'
}

const agreements = Object.entries(offers).flatMap(([offered, offer]) =>
  [0, 512].flatMap((padding) =>
    [false, true].map(
      (early): Case => ({
        name: `mse.${offered}.pad-${padding}.${early ? 'early' : 'late'}-handshake`,
        bep: 'MSE',
        rule: 'The one that is dialled selects one method of those offered; what follows travels so, whatever the padding.',
        needs: ['mse'],
        async run(scene) {
          const { remote } = await scene.dial()
          const handshake = scene.handshake()
          const initialPayload: Uint8Array = early ? handshake : new Uint8Array(0)
          const end = await remote.negotiate(
            scene.initiator(offer, { initialPayload, padding: new Uint8Array(padding) }),
          )
          if (end?.type === 'failed') throw new Broken(`${end.code}: ${end.detail}`)
          if (end?.type !== 'established') {
            const how = `not agreed on (${remote.end?.code ?? 'no answer'})`
            if (early && (await agrees(scene, offer))) throw new Broken(`${how}, but without a handshake within it is`)
            throw new NotSupported(how)
          }
          if (!early) remote.write(handshake, 'handshake')
          const peerId = await remote.until(
            () => remote.handshake?.peerId ?? (remote.end ? null : undefined),
            waits.open,
          )
          if (!peerId) throw new Broken('no handshake comes behind the agreement')
          return `${end.method}`
        },
      }),
    ),
  ),
)

/** Message Stream Encryption, as the side that dials. */
export const encryption: readonly Case[] = [
  ...agreements,
  {
    name: 'mse.cut',
    bep: 'MSE',
    rule: 'The key is bytes of a stream: where a read ends says nothing.',
    needs: ['mse'],
    async run(scene) {
      const { remote } = await scene.dial()
      const end = await remote.negotiate(scene.initiator(['rc4', 'plaintext']), true)
      if (end?.type !== 'established') throw new Broken(`not agreed on (${remote.end?.code ?? 'no answer'})`)
      return end.method
    },
  },
  {
    name: 'mse.key.like-header',
    bep: 'MSE',
    rule: 'A public key is any number: one that begins with the first byte of a handshake in the clear is a key as others are.',
    needs: ['mse'],
    async run(scene) {
      const { remote } = await scene.dial()
      const end = await remote.negotiate(scene.initiator(['rc4', 'plaintext'], { firstByte: headerFirstByte }))
      if (end?.type !== 'established') throw new Broken(`not agreed on (${remote.end?.code ?? 'no answer'})`)
      return end.method
    },
  },
  {
    name: 'mse.info-hash',
    bep: 'MSE',
    rule: 'A client agrees on nothing about a torrent that it does not know.',
    needs: ['mse'],
    async run(scene) {
      const { remote } = await scene.dial()
      const infoHash = scene.metainfo.infoHash.map((byte) => byte ^ 0xff)
      const end = await remote.negotiate(scene.initiator(['rc4'], { infoHash }))
      if (end?.type === 'established') throw new Broken('the client agrees')
      return remote.end ? 'closes' : 'does not agree'
    },
  },
]
