import { startSwarm } from './swarm.mjs'

const blockBytes = 16_384

/** A thousand blocks a piece, so that none is whole before the measurement ends. */
const blocksPerPiece = 1024
const longPiece = blocksPerPiece * blockBytes

/** Pieces whose memory a torrent keeps for the next ones. */
const keptPieces = 2

/** Most requests taken in one run: their answers, too, are for the collector to find. */
const requestsMax = 2000

/**
 * The messages measured. Each is a function from `{ peers, pieces }` to a load: `prepare()` makes a swarm ready, untimed,
 * `run(count)` takes up to `count` messages through it and answers how many, and `stop()` ends it.
 */
export const messages = {
  'wire.have': haves,
  'wire.request': requests,
  'wire.piece of 1': (size) => blocks(size, 1),
  'wire.piece of 16': (size) => blocks(size, 16),
}

/** Peers in turn tell of one piece more each. */
function haves({ peers, pieces }) {
  let swarm
  return {
    prepare() {
      swarm?.torrent.stop()
      swarm = startSwarm({ peers, pieces, pieceLength: blockBytes, has: 'none' })
      for (const say of swarm.say) {
        say({ type: 'wire.have_none' })
        say({ type: 'wire.have', index: pieces - 1 })
      }
    },
    run(count) {
      // A peer that had all would be a seed, another story.
      const possible = Math.min(count, peers * (pieces - 2))
      for (let n = 0; n < possible; n++) swarm.say[n % peers]({ type: 'wire.have', index: Math.floor(n / peers) })
      return possible
    },
    stop: () => swarm.torrent.stop(),
  }
}

/** Peers in turn ask for a block, and get it. */
function requests({ peers, pieces }) {
  const swarm = startSwarm({ peers, pieces, pieceLength: blockBytes, has: 'all' })
  for (const say of swarm.say) {
    say({ type: 'wire.have_none' })
    say({ type: 'wire.interested' })
  }
  return {
    prepare() {},
    run(count) {
      const possible = Math.min(count, requestsMax)
      for (let n = 0; n < possible; n++) {
        const index = n % pieces
        swarm.say[n % peers]({ type: 'wire.request', requests: [{ index, begin: 0, length: blockBytes }] })
      }
      return possible
    },
    stop: () => swarm.torrent.stop(),
  }
}

/** One peer, a seed, delivers the blocks it is asked for, some a message, while the others are connected and choke us. */
function blocks({ peers, pieces }, blocksPerMessage) {
  const memory = Array.from({ length: keptPieces }, () => new Uint8Array(longPiece).fill(1))
  let swarm
  return {
    prepare() {
      swarm?.torrent.stop()
      swarm = startSwarm({ peers, pieces, pieceLength: longPiece, has: 'none' })
      // Fresh memory costs what the system pleases, and is not what is asked here.
      for (const piece of memory) swarm.torrent.getSnapshot().context.core.getSnapshot().context.buffers.recycle(piece)
      for (const say of swarm.say) say({ type: 'wire.have_all' })
      swarm.say[0]({ type: 'wire.unchoke' })
    },
    run(count) {
      const { asked, block: data, say } = swarm
      const [queue] = asked
      const possible = Math.min(count, Math.floor((keptPieces * blocksPerPiece) / blocksPerMessage))
      for (let n = 0; n < possible; n++) {
        const batch = queue.splice(0, blocksPerMessage).map(({ index, begin }) => ({ index, begin, data }))
        say[0]({ type: 'wire.piece', blocks: batch, at: n })
      }
      return possible
    },
    stop: () => swarm.torrent.stop(),
  }
}
