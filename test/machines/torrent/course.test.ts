import { describe, expect, test } from 'vitest'
import { type AnyEventObject, initialTransition } from 'xstate'
import { closing, dialing, telling } from '../../../machines/torrent/connections/batching.ts'
import { savingMs } from '../../../machines/torrent/resume/resuming.ts'
import { trackerDelays } from '../../../machines/tracker/delays.ts'
import { step } from '../walk.ts'
import { type aTorrent, downloading } from './a-torrent.ts'
import { command, events, group, input, machine, type View } from './inert.ts'

/** What an event leads to in the chart alone: its core does nothing of its own, so that each word to it shows. */

const { layout: _, ...magnet } = input
const keeping = { ...input, keepsResume: true }

/** What follows from the last of these events. */
function behind(given: typeof input | typeof magnet, ...course: readonly AnyEventObject[]) {
  let [view] = initialTransition(machine, given)
  view.context.core.start()
  let actions: ReturnType<typeof step>[1] = []
  for (const event of course) {
    const [next, done] = step(machine, view, event)
    view = next as View
    actions = done
  }
  const of = (type: string) =>
    actions.filter((action) => action.type === `xstate.${type}`).map(({ params }) => params as Params)
  return {
    view,
    life: wordsOf(view.value.life),
    content: wordsOf(view.value.content),
    /** What the core is told. */
    told: of('sendTo').flatMap(({ event, to }) => (to?.id === 'core' ? [event] : [])),
    /** What another actor is told, by its id. */
    others: of('sendTo').flatMap(({ event, to }) => (to?.id === 'core' ? [] : [[to?.id, event]])),
    emitted: of('emit').map(({ event }) => event),
    /** Actors that begin, and end. */
    begun: of('spawnChild').map(({ id }) => id),
    ended: of('stopChild').flatMap((ended) => ended?.id ?? []),
  }
}

/** What an action of XState is about. */
interface Params {
  readonly event?: AnyEventObject
  readonly to?: { readonly id: string }
  readonly id?: string
}

/** A state in words: `active` where several regions follow. */
const wordsOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  const [[name, inner] = ['', '']] = Object.entries(value as object)
  return typeof inner === 'string' ? `${name} ${inner}` : name
}

const types = (list: readonly (AnyEventObject | undefined)[]) => list.map((event) => event?.type)

/** A sample of an event. */
const sample = (type: string): AnyEventObject => {
  const found = events.find((event) => event.type === type)
  if (found === undefined) throw new Error(`no sample of ${type}`)
  return found
}

/** The time of a state is over. */
const over = (name: string): AnyEventObject => ({
  type: machine.events.find((type) => type.startsWith(`xstate.after.${name}`)) ?? '',
})

const [start, pause, resume, stop] = ['start', 'pause', 'resume', 'stop'].map((wish) => ({
  type: `torrent.${wish}`,
})) as [AnyEventObject, AnyEventObject, AnyEventObject, AnyEventObject]
const fetching = sample('pieces.rarest_first')
const emptied = sample('swarm.emptied')

/** How a torrent comes to stand so, of what input. */
const ways = {
  stopped: [input],
  'checking to_start': [input, start],
  'checking to_pause': [input, start, pause],
  active: [input, start, fetching],
  paused: [input, start, fetching, pause],
  stopping: [input, start, fetching, stop],
  saving: [keeping, start, fetching, stop, emptied],
  parting: [input, start, fetching, sample('trackers.leaving'), stop, emptied],
  failed: [input, start, fetching, sample('storage.failed')],
} as const

type Stand = keyof typeof ways
const stands = Object.keys(ways) as Stand[]

const from = (stand: Stand, ...more: readonly AnyEventObject[]) => {
  const [given, ...course] = ways[stand]
  return behind(given, ...course, ...more)
}

test.each(stands)('%s is what its name says', (stand) => {
  expect(from(stand).life).toBe(stand)
})

describe('the core is told, however the torrent stands,', () => {
  test.each([
    'torrent.add_peer',
    'torrent.close_peer',
    'torrent.ban',
    'torrent.select',
    'torrent.read',
    'torrent.unread',
    'torrent.sequential',
    'torrent.add_tracker',
    'torrent.add_web_seed',
    'torrent.set_slots',
    'torrent.super_seed',
    'torrent.add_extension',
    'torrent.remove_extension',
    'listener.accepted',
    'listener.listening',
    'group.crashed',
  ])('%s', (type) => {
    const event = sample(type)
    for (const stand of stands) expect(from(stand, event).told).toEqual([event])
  })
})

describe('what its core asks for is done, however the torrent stands:', () => {
  test.each([
    ['tracker.run', 'tracker.0'],
    ['web_seed.run', 'web_seed.0'],
    ['dht.run', 'dht'],
    ['extension.run', 'extension.pc_chat'],
  ])('%s begins an actor', (type, id) => {
    for (const stand of stands) expect(from(stand, sample(type)).begun).toEqual([id])
  })

  test('an extension that is replaced, or removed, ends', () => {
    const runs = sample('extension.run')
    expect(from('active', runs, runs)).toMatchObject({ ended: ['extension.pc_chat'], begun: ['extension.pc_chat'] })
    expect(from('active', runs, sample('extension.end'))).toMatchObject({ ended: ['extension.pc_chat'], begun: [] })
  })

  test('a group of peers begins with the first of them, and is told of each', () => {
    const first = from('active', { type: 'swarm.group', group, command, isNew: true })
    expect([first.begun, first.others]).toEqual([[group], [[group, command]]])
    const opened = { type: 'swarm.group', group, command, isNew: true }
    const next = from('active', opened, { ...opened, isNew: false })
    expect([next.begun, next.others]).toEqual([[], [[group, command]]])
  })

  test('news are emitted', () => {
    for (const stand of stands)
      expect(from(stand, sample('core.emitted')).emitted).toEqual([{ type: 'piece', index: 1 }])
  })

  test('what is revealed no more is forgotten, when that comes late', () => {
    expect(from('paused', sample('super_seeding.revealed')).told).toEqual([{ type: 'super_seeding.forget' }])
  })
})

const failures = [
  'metadata.failed',
  'storage.failed',
  'xstate.error.actor.storage',
  'xstate.error.actor.listener',
  'xstate.error.actor.ticker',
  'xstate.error.actor.extension.pc_chat',
  'xstate.error.actor.group.0',
  'xstate.error.actor.tracker.0',
  'xstate.error.actor.web_seed.0',
  'xstate.error.actor.dht',
]

describe('what goes wrong', () => {
  const error = new Error('a defect')

  test.each(failures)('fails a torrent that runs, is checked or paused, and tells why: %s', (type) => {
    for (const stand of ['checking to_start', 'checking to_pause', 'active', 'paused'] as const) {
      const { emitted, life, told, view } = from(stand, { type, error, actorId: 'x' })
      expect([life, view.context.error]).toEqual(['failed', error])
      expect(types(told)).toEqual(expect.arrayContaining(['core.rest', 'core.close_peers']))
      expect(emitted).toContainEqual({ type: 'failed', error })
      // There is nothing to check before the metadata has come.
      if (type !== 'metadata.failed') expect(view.value.content).not.toBe('checking')
    }
  })

  test.each(failures)('while it stops, or behind that, is noted, and stops nothing: %s', (type) => {
    for (const stand of ['stopped', 'stopping', 'saving', 'parting'] as const) {
      const { emitted, life, view } = from(stand, { type, error, actorId: 'x' })
      expect([life, view.context.error, emitted]).toEqual([stand, error, []])
    }
  })

  test.each(['metadata.failed', 'storage.failed'])('once it has failed tells no other reason: %s', (type) => {
    const { emitted, life, view } = from('failed', { type, error })
    expect([life, view.context.error?.message, emitted]).toEqual(['failed', 'it fails', []])
  })

  test('with the address that it listens on fails it, while its files are looked at, too', () => {
    expect(from('active', { type: 'listener.failed', error })).toMatchObject({
      life: 'failed',
      content: 'fetching rarest_first',
    })
    const anew = from('active', sample('content.known'), { type: 'listener.failed', error })
    expect(anew).toMatchObject({ life: 'failed', content: 'unchecked' })
    expect(anew.view.context.error).toBe(error)
  })

  test('with one of several transports is told, and fails nothing', () => {
    const unbound = { type: 'listener.unbound', transport: 'tcp', error: new Error('in use') }
    const { emitted, life } = from('active', unbound)
    expect([life, emitted]).toEqual(['active', [{ type: 'warning', message: 'cannot listen by tcp: in use' }]])
  })
})

describe('the course of a torrent', () => {
  const done = sample('pieces.complete')
  const chosen = sample('pieces.chosen')
  const rows: readonly (readonly [Stand, AnyEventObject, string, readonly string[]])[] = [
    ['stopped', start, 'checking to_start', ['core.rest', 'core.check']],
    ['checking to_start', pause, 'checking to_pause', []],
    ['checking to_pause', resume, 'checking to_start', []],
    ['checking to_start', stop, 'stopping', ['core.rest', 'core.end_check', 'core.close_peers']],
    ['checking to_start', fetching, 'active', ['core.run', 'core.end_check']],
    ['checking to_start', done, 'active', ['core.run', 'core.end_check', 'super_seeding.forget']],
    ['checking to_start', chosen, 'active', ['core.run', 'core.end_check']],
    ['checking to_pause', fetching, 'paused', ['core.rest', 'core.end_check', 'core.save', 'core.close_peers']],
    ['checking to_pause', done, 'paused', ['core.rest', 'core.end_check', 'core.save', 'core.close_peers']],
    ['checking to_pause', chosen, 'paused', ['core.rest', 'core.end_check', 'core.save', 'core.close_peers']],
    ['checking to_start', sample('torrent.recheck'), 'checking to_start', ['core.end_check', 'core.check']],
    ['active', pause, 'paused', ['core.rest', 'core.save', 'core.close_peers']],
    ['active', stop, 'stopping', ['core.rest', 'core.close_peers']],
    ['active', sample('torrent.recheck'), 'active', ['core.recheck']],
    ['active', sample('content.known'), 'active', ['core.check']],
    ['paused', resume, 'active', ['core.run']],
    ['paused', stop, 'stopping', ['core.rest', 'core.close_peers']],
    ['paused', sample('torrent.recheck'), 'checking to_pause', ['core.rest', 'core.check']],
    ['paused', sample('content.known'), 'checking to_pause', ['core.rest', 'core.check']],
    ['stopping', emptied, 'stopped', ['core.rest']],
    ['saving', sample('save.over'), 'stopped', ['core.rest']],
    ['saving', over('saving'), 'stopped', ['core.rest', 'storage.resume_failed']],
    ['parting', sample('trackers.left'), 'stopped', ['core.rest']],
    ['parting', over('leaving'), 'stopped', ['core.rest']],
    ['failed', start, 'checking to_start', ['core.rest', 'core.check']],
    ['failed', stop, 'stopping', ['core.rest', 'core.close_peers']],
  ]

  test.each(rows)('%s, %j: %s', (stand, event, life, told) => {
    const next = from(stand, event)
    expect(next.life).toBe(life)
    expect(types(next.told).sort()).toEqual([...told].sort())
  })
})

describe('how the pieces stand', () => {
  const { downloaded, news } = sample('pieces.complete') as AnyEventObject & { readonly news: readonly object[] }
  const done = { type: 'done', downloaded }
  const leeching = 'leeching'
  const sharing = 'partial_seeding'
  const rows = [
    ['random_first', 'fetching random_first', leeching, []],
    ['rarest_first', 'fetching rarest_first', leeching, []],
    ['endgame', 'fetching endgame', leeching, []],
    ['complete', 'complete', 'seeding rotation', [done]],
    ['chosen', 'chosen', sharing, [done]],
    ['partial', 'partial', sharing, []],
    ['read_only', 'read_only', sharing, []],
  ] as const

  const unchokingOf = ({ view }: ReturnType<typeof behind>) => {
    const { life } = view.value
    return typeof life === 'object' && 'active' in life ? wordsOf(life.active.unchoking) : undefined
  }
  const isNews = (event: AnyEventObject | undefined) => event !== undefined && event.type !== 'state'

  test.each(rows)('%s decides who is unchoked, and is told, whatever was before', (name, content, unchoking, told) => {
    for (const before of ['endgame', 'complete', 'chosen']) {
      const next = from('active', sample(`pieces.${before}`), sample(`pieces.${name}`))
      expect([next.content, unchokingOf(next)]).toEqual([content, unchoking])
      expect(next.emitted.filter(isNews)).toEqual([...news, ...told])
    }
  })

  test.each(rows)('%s is told of one that is paused, and goes on when it does', (name, content, unchoking, told) => {
    const next = from('paused', sample(`pieces.${name}`))
    expect([next.life, next.content, next.emitted.filter(isNews)]).toEqual(['paused', content, [...news, ...told]])
    const resumed = from('paused', sample(`pieces.${name}`), resume)
    expect(unchokingOf(resumed)).toBe(unchoking)
  })

  test.each(rows)('%s ends a check, and is told', (name, content, unchoking, told) => {
    const next = from('checking to_start', sample(`pieces.${name}`))
    expect([next.life, next.content, unchokingOf(next)]).toEqual(['active', content, unchoking])
    expect(next.emitted.filter(isNews)).toEqual([...news, ...told])
    const paused = from('checking to_pause', sample(`pieces.${name}`))
    expect([paused.life, paused.emitted.filter(isNews)]).toEqual(['paused', [...news, ...told]])
  })

  test('is unknown once a check was given up', () => {
    expect(from('checking to_start', stop).content).toBe('unchecked')
  })

  test('is looked at anew when that is asked for amid a check, what resume data vouches for, too', () => {
    const { told } = from('checking to_start', sample('torrent.recheck'))
    expect(told).toEqual([{ type: 'core.end_check' }, { type: 'core.check', anew: true }])
    expect(from('paused', sample('torrent.recheck')).told).toContainEqual({ type: 'core.check', anew: true })
    expect(from('active', sample('content.known'), sample('torrent.recheck')).told).toEqual(told)
  })

  test('cannot be looked at before the metadata has come', () => {
    expect(behind(magnet, start)).toMatchObject({ life: 'active', content: 'awaiting_metadata' })
    for (const course of [[start], [start, pause]]) {
      const asked = behind(magnet, ...course, sample('torrent.recheck'))
      expect([asked.content, asked.told]).toEqual(['awaiting_metadata', []])
    }
    expect(behind(magnet, start, sample('content.check')).content).toBe('awaiting_metadata')
    expect(behind(magnet, start, sample('content.known'))).toMatchObject({ life: 'active', content: 'checking' })
    const paused = behind(magnet, start, pause, sample('content.known'))
    expect(paused).toMatchObject({ life: 'checking to_pause', content: 'checking' })
  })

  test('of a magnet link that is paused as its files are looked at: its connections end meanwhile', () => {
    const next = behind(magnet, start, sample('content.known'), pause)
    expect([next.life, types(next.told)]).toEqual(['checking to_pause', ['core.close_peers', 'core.rest']])
  })
})

describe('a peer of a session', () => {
  const taken = sample('torrent.take_peer')

  test('is taken while the torrent runs, and told why it is not otherwise', () => {
    expect(from('active', taken).told).toEqual([taken])
    for (const stand of stands.filter((one) => one !== 'active')) {
      const code = stand.startsWith('checking') ? 'not_ready' : 'stopped'
      const { others, told } = from(stand, taken)
      expect([told, others.map(([, event]) => event)]).toEqual([[], [{ type: 'torrent.close', code }]])
    }
  })
})

describe('where peers reach it', () => {
  const listening = sample('listener.listening')
  const { address, transport } = listening as AnyEventObject & Readonly<Record<string, unknown>>
  const told = { type: 'listening', transport, address }
  const isReachable = ({ view }: ReturnType<typeof behind>) =>
    view.matches({ life: { active: { listening: 'reachable' } } })

  test('is noted and told as soon as it listens', () => {
    expect(isReachable(from('active'))).toBe(false)
    const next = from('active', listening)
    expect([isReachable(next), next.emitted]).toEqual([true, [told]])
    expect(next.view.context.listening).toEqual([{ transport, address }])
  })

  test('is told as it begins to run, where a session listens for it', () => {
    const [given] = ways.stopped
    const next = behind(given, listening, start, fetching)
    expect([isReachable(next), next.emitted]).toEqual([true, expect.arrayContaining([told])])
    const own = behind({ ...given, listen: { host: '10.0.0.2', port: 1 } }, listening, start, fetching)
    expect([isReachable(own), own.emitted]).toEqual([false, expect.not.arrayContaining([told])])
  })
})

describe('beside its course', () => {
  const regions = (...course: readonly AnyEventObject[]) => from('active', ...course).view.value

  test('the disk falls behind, and keeps up again', () => {
    expect(regions().disk).toBe('keeping_up')
    expect(regions(sample('disk.behind')).disk).toBe('behind')
    expect(regions(sample('disk.behind'), sample('disk.keeping_up')).disk).toBe('keeping_up')
  })

  test('a storage whose code threw is asked for nothing; the next start makes another', () => {
    const crash = sample('xstate.error.actor.storage')
    const crashed = from('active', crash)
    expect(crashed.view.value.disk).toBe('crashed')
    expect(crashed.told).toContainEqual({ type: 'core.storage', storage: undefined })
    const anew = from('active', crash, start)
    expect(anew.view.value.disk).toBe('keeping_up')
    expect(anew.ended).toContain('storage')
    expect(anew.told).toContainEqual({ type: 'core.storage', storage: anew.view.context.storage })
    expect(from('paused', sample('disk.behind'), start).view.value.disk).toBe('behind')
    // One that stops cannot be started yet.
    expect(from('stopping', crash, start).view.value.disk).toBe('crashed')
  })

  test('it is hashed anew', () => {
    expect(regions(sample('recheck.began')).recheck).toBe('hashing')
    expect(regions(sample('recheck.began'), sample('recheck.over')).recheck).toBe('idle')
  })

  describe('its files are moved', () => {
    const move = sample('torrent.move')
    const crash = sample('xstate.error.actor.storage')

    test.each(['stopped', 'checking to_start', 'active', 'paused', 'failed'] as const)('when it is %s', (stand) => {
      const next = from(stand, move)
      expect([next.view.value.place, next.told]).toEqual(['moving', [{ type: 'core.move', folder: '/elsewhere' }]])
      expect(from(stand, move, sample('move.over')).view.value.place).toBe('settled')
    })

    test.each(['stopping', 'saving', 'parting'] as const)('but not when it is %s', (stand) => {
      const next = from(stand, move)
      expect([next.view.value.place, next.told]).toEqual(['settled', []])
    })

    test('but not before the metadata has come, nor by a storage whose code threw', () => {
      expect(behind(magnet, start, move).view.value.place).toBe('settled')
      expect(from('active', crash, move).view.value.place).toBe('settled')
    })

    test('up to a stop, if they can stay where they were', () => {
      const next = from('active', move, stop)
      expect([next.view.value.place, next.told]).toEqual([
        'ending',
        expect.arrayContaining([{ type: 'core.end_move' }]),
      ])
      expect(from('active', move, stop, sample('move.over')).view.value.place).toBe('settled')
    })

    test.each([[[move]], [[move, stop]]])('until the code of the storage throws, which is told', (course) => {
      const next = from('active', ...course, crash)
      expect(next.view.value.place).toBe('settled')
      expect(types(next.emitted)).toContain('move_failed')
    })
  })
})

describe('what is done in batches rests between', () => {
  const regionOf = (name: string, { actor }: Pick<ReturnType<typeof aTorrent>, 'actor'>) => {
    const { closing: ending, life } = actor.getSnapshot().value
    const active: Readonly<Record<string, unknown>> = typeof life === 'object' && 'active' in life ? life.active : {}
    return name === 'closing' ? ending : active[name]
  }

  test.each([
    ['dialing', dialing.pauseMs],
    ['telling', telling.pauseMs],
    ['closing', closing.pauseMs],
  ])('%s', (name, pauseMs) => {
    const torrent = downloading()
    const heard: string[] = []
    torrent.actor.system.inspect(({ actorRef, ...seen }) => {
      if (seen.type === '@xstate.event' && actorRef === torrent.actor.getSnapshot().context.core)
        heard.push(seen.event.type)
    })
    torrent.actor.send(sample(`pace.${name}`) as never)
    torrent.clock.advance(pauseMs - 1)
    expect([regionOf(name, torrent), heard]).toEqual(['resting', []])
    torrent.clock.advance(1)
    expect([regionOf(name, torrent), heard]).toEqual(['ready', [`timer.${name}`]])
  })

  test('ending them does not, once the last is gone', () => {
    expect(from('stopping', sample('pace.closing')).view.value.closing).toBe('resting')
    expect(from('stopping', sample('pace.closing'), emptied).view.value.closing).toBe('ready')
  })
})

describe('a super-seeder', () => {
  const wished = sample('super_seeding.wished')
  const course = [sample('pieces.complete'), wished]
  const seedsBy = ({ view }: ReturnType<typeof behind>) => {
    const { life } = view.value
    return typeof life === 'object' && 'active' in life ? wordsOf(life.active.unchoking) : undefined
  }

  test.each(['super_seeding.unwished', 'super_seeding.over'])('tells the rest before it is like others: %s', (type) => {
    const next = from('active', ...course, sample(type))
    expect(seedsBy(next)).toBe('seeding revealing')
    expect(types(next.told)).toEqual(['super_seeding.end', 'super_seeding.reveal'])
    const last = from('active', ...course, sample(type), sample('super_seeding.revealed'))
    expect([seedsBy(last), types(last.told)]).toEqual(['seeding rotation', ['super_seeding.forget']])
  })

  test('is one again when that is wished while it tells the rest', () => {
    const next = from('active', ...course, sample('super_seeding.unwished'), wished)
    expect([seedsBy(next), types(next.told)]).toEqual(['seeding super_seeding', ['super_seeding.begin']])
  })
})

describe('in virtual time', () => {
  test('slots are given anew every ten seconds, one round after the other', () => {
    const torrent = downloading()
    let rounds = 0
    torrent.actor.system.inspect(({ actorRef, ...seen }) => {
      const isRound = seen.type === '@xstate.event' && seen.event.type === 'timer.choke_round'
      if (isRound && actorRef === torrent.actor.getSnapshot().context.core) rounds++
    })
    torrent.clock.advance(30_000)
    expect(rounds).toBe(3)
  })

  test('resume data is saved when the last word says, and once', () => {
    const torrent = downloading([], { keepsResume: true })
    const saves = () => torrent.toStorage.splice(0).filter(({ type }) => type === 'storage.save').length
    saves()
    torrent.actor.send({ type: 'save.next', inMs: 10_000 })
    torrent.clock.advance(3_000)
    torrent.actor.send({ type: 'save.next', inMs: 20_000 })
    torrent.clock.advance(3_000)
    torrent.actor.send({ type: 'save.next', inMs: 8_000 })
    torrent.clock.advance(7_999)
    expect(saves()).toBe(0)
    torrent.clock.advance(1)
    expect(saves()).toBe(1)
  })

  test('nothing waits to be saved when it was', () => {
    const { view } = from('active', { type: 'save.next', inMs: 10_000 }, over('untilSave'))
    expect(view.value.life).toMatchObject({ active: { saving: 'idle' } })
  })

  test('a stop waits for the resume data, but not for ever, and says so', () => {
    const torrent = downloading([], { keepsResume: true })
    const warned: string[] = []
    torrent.actor.on('resume_failed', ({ error }) => void warned.push(String(error)))
    torrent.actor.send({ type: 'torrent.stop' })
    torrent.clock.advance(savingMs - 1)
    expect(torrent.actor.getSnapshot().value.life).toBe('saving')
    torrent.clock.advance(1)
    expect(torrent.actor.getSnapshot().value.life).toBe('stopped')
    expect(warned.join()).toContain('the resume data was not saved in time')
  })

  test('a stop waits for trackers that are to hear of it, but not for ever', () => {
    const torrent = downloading()
    torrent.actor.send({ type: 'trackers.leaving' })
    torrent.actor.send({ type: 'torrent.stop' })
    torrent.clock.advance(trackerDelays.leavingMs - 1)
    expect(torrent.actor.getSnapshot().value.life).toBe('parting')
    torrent.clock.advance(1)
    expect(torrent.actor.getSnapshot().value.life).toBe('stopped')
  })
})
