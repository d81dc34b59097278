import { isDeepStrictEqual } from 'node:util'
import { type Entry, isEntry } from '../../recorder/entries.ts'
import { jsonIn, LineReader, lineOf } from '../../recorder/lines.ts'
import { Replay } from '../../recorder/replay.ts'
import { wholeAndCut } from '../engine/portions.ts'
import { recordedPeer } from '../engine/recorded.ts'
import { must, type Target } from '../engine/target.ts'
import { unlessThrown } from '../engine/typed.ts'

/**
 * A record of connections. The bytes as they are: what is read is the same in any portions. And its lines, each with its check made anew here: a
 * replay takes them, whatever they say.
 */
export const target: Target = {
  covers: [
    'recorder/lines.ts',
    'recorder/entries.ts',
    'recorder/values.ts',
    'recorder/replay.ts',
    'recorder/replay-peer.ts',
    'recorder/comparison.ts',
  ],
  bytesMax: 16_384,
  msMax: 1_000,
  words: [
    '\n',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    'null',
    'true',
    '0',
    '-1',
    '1e9',
    '"$":"bytes"',
    '"$":"pieces"',
    '"$":"layout"',
    '"$":"requests"',
    '"$":"blocks"',
    '"$":"actor"',
    '"$":"object"',
    '"$":"number"',
    '"of":',
    '"data":',
    '"zeros":',
    '"size":',
    '"count":',
    '"bits":',
    '"is":',
    '"type":"wire.',
    '"type":"torrent.',
    '"type":"transport.',
    '"type":"timer.',
    '{"ended":0}',
    '{"continues":0,"step":3}',
    '{"missing":0}',
    '{"missing":"connections","count":1}',
    '"__proto__":',
    '"length":',
    '"said":',
    '"state":',
    '"step":',
    '"at":',
    '"event":',
  ],
  seeds: () => {
    const { record } = recordedPeer()
    const lines = record
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(9))
    return {
      record,
      lines: lines.join('\n'),
      begun: lines.slice(0, 4).join('\n'),
      others: [
        '{"record":"peerchart","version":1,"addresses":"kept","payloads":false}',
        '{"continues":3,"step":4,"remote":{"host":"a","port":1,"direction":"in"}}',
        '{"missing":0,"from":2}',
        '{"missing":"connections","count":2}',
        '{"ended":0,"at":5}',
        '{"torrent":0,"at":1,"event":"x","state":{}}',
        '{"started":0,"at":0,"seed":42}',
      ].join('\n'),
    }
  },
  run(input) {
    const [whole, ...others] = wholeAndCut(input).map(entriesIn)
    for (const other of others) must(isDeepStrictEqual(other, whole), 'it reads the same in any portions')
    const replay = new Replay()
    for (const line of Buffer.from(input).toString().split('\n')) {
      const entry = jsonIn(lineOf(line).slice(0, -1)) ?? jsonIn(line)
      if (isEntry(entry) && unlessThrown(() => taken(replay, entry), Error) === undefined) break
    }
    const { connections, digest, divergences, events } = replay.replayed
    must(
      digest.length === 64 && events >= 0 && divergences.length <= connections.length + events,
      'it tells what came of it',
    )
    for (const { remote, state } of connections)
      must(typeof remote.host === 'string' && typeof state === 'string', 'it tells where a connection led')
    return `${connections[0]?.state} ${connections[0]?.incomplete}`
  },
}

function entriesIn(portions: readonly Uint8Array[]): unknown {
  const reader = new LineReader()
  return [portions.flatMap((portion) => reader.push(portion)), reader.cut]
}

function taken(replay: Replay, entry: Entry): true {
  replay.take(entry)
  return true
}
