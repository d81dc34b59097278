import type { SimulationResult } from '../run/result.ts'
import type { Group, Scenario, ScenarioEvent } from '../run/scenario.ts'
import { home, type ScenarioSize, server, sizeOf } from './lines.ts'

/** What the literature, or the simulator of libtorrent, expects of a scenario, and whether a result meets it. */
export interface Expectation {
  /** A sentence. */
  readonly claim: string
  readonly source: string
  /** Whether the run has put it to the test: what was not can neither hold nor fail. Absent: every run does. */
  readonly isTested?: (result: SimulationResult) => boolean
  /** Of a run that has put it to the test. */
  readonly holds: (result: SimulationResult) => boolean
}

/** A scenario of the library. */
export interface LibraryScenario {
  /** What it shows, as a sentence. */
  readonly description: string
  make(size?: ScenarioSize): Scenario
  readonly expectations: readonly Expectation[]
}

/** When the cut of `partition` is healed. */
const healSeconds = 63

const everybodyCompletes: Expectation = {
  claim: 'everybody that wants the torrent has it in the end, and nobody honest is banned',
  source: 'libtorrent, simulation/test_swarm.cpp: every session becomes a seed',
  holds: ({ completed, downloaders, honestBanned, violations }) =>
    completed === downloaders && honestBanned === 0 && violations.length === 0,
}

const nearOptimal: Expectation = {
  claim: 'the downloader in the middle is done within 1.5 times the least time that the lines allow',
  source:
    'Bharambe, Herley and Padmanabhan, Analyzing and Improving a BitTorrent Network’s Performance Mechanisms (2006): uplinks are used nearly whole in a flash crowd',
  holds: ({ medianSeconds = Number.POSITIVE_INFINITY, optimalSeconds }) => medianSeconds <= 1.5 * optimalSeconds,
}

const liarsOf = (count: number, more: Partial<Group> = {}): Group => ({
  ...home,
  name: 'liars',
  role: 'liar',
  count,
  ...more,
})

const scenario = (
  name: string,
  torrent: Scenario['torrent'],
  groups: readonly Group[],
  events?: Scenario['events'],
): Scenario => {
  const there = groups.filter(({ count }) => count > 0)
  // To a group without members nothing happens.
  const isThere = (event: ScenarioEvent) =>
    event.what === 'heal' || event.group === undefined || there.some(({ name }) => name === event.group)
  return {
    name,
    description: library[name]?.description ?? '',
    torrent,
    groups: there,
    ...(events && { events: events.filter(isThere) }),
  }
}

/** Scenarios from the literature and from the simulator of libtorrent, by name. */
export const library: Readonly<Record<string, LibraryScenario>> = {
  flash_crowd: {
    description: 'everybody comes at once to one seeder',
    make(size = {}) {
      const { torrent, liarCount, others } = sizeOf(size)
      return scenario('flash_crowd', torrent, [
        { ...server, name: 'seeder', role: 'seeder', count: 1 },
        { ...home, name: 'leechers', role: 'leecher', count: others },
        liarsOf(liarCount),
      ])
    },
    expectations: [everybodyCompletes, nearOptimal],
  },
  super_seeding: {
    description: 'a seeder with the line of a home gives the first copy by super-seeding (BEP 16)',
    make(size = {}) {
      const { torrent, liarCount, others } = sizeOf(size)
      return scenario('super_seeding', torrent, [
        { ...home, name: 'seeder', role: 'seeder', count: 1, superSeed: true },
        { ...home, name: 'leechers', role: 'leecher', count: others },
        liarsOf(liarCount),
      ])
    },
    expectations: [
      everybodyCompletes,
      {
        claim: 'the seeder sends fewer than two copies',
        source: 'BEP 16: a super-seeder sends some 105 % of the torrent until others seed, a plain one 150 to 200 %',
        // To one alone nobody sends two copies.
        isTested: ({ completed, downloaders }) => completed > 0 && downloaders > 1,
        holds: ({ copiesSent }) => copiesSent < 2,
      },
    ],
  },
  free_riders: {
    description: 'a quarter of the members unchoke nobody',
    make(size = {}) {
      const { torrent, liarCount, others } = sizeOf(size)
      const riders = Math.round(others / 4)
      // So slow that a download spans many rounds of choking, in which merit is noticed.
      const slow = { ...home, up: home.up / 10, down: home.down / 10 }
      return scenario('free_riders', torrent, [
        { ...slow, name: 'seeder', role: 'seeder', count: 1, up: server.up / 10 },
        { ...slow, name: 'leechers', role: 'leecher', count: others - riders },
        { ...slow, name: 'riders', role: 'free_rider', count: riders },
        liarsOf(liarCount, slow),
      ])
    },
    expectations: [
      everybodyCompletes,
      {
        claim: 'members that give are done before those that do not',
        source: 'Cohen, Incentives Build Robustness in BitTorrent (2003): tit for tat',
        isTested: ({ members }) => members.some(({ role }) => role === 'free_rider'),
        holds: ({ members }) => middleOf(members, 'leecher') < middleOf(members, 'free_rider'),
      },
    ],
  },
  poisoning: {
    description: 'a fifth of the members say that they have everything, and give wrong blocks',
    make(size = {}) {
      const { torrent, liarCount, others } = sizeOf(size, 0.2)
      return scenario('poisoning', torrent, [
        { ...server, name: 'seeder', role: 'seeder', count: 1 },
        { ...home, name: 'leechers', role: 'leecher', count: others },
        liarsOf(liarCount),
      ])
    },
    expectations: [
      everybodyCompletes,
      {
        claim: 'every liar is banned, or nobody takes anything from it any more',
        source: 'libtorrent, smart ban: a peer is banned by the block that differs, no other',
        isTested: ({ liars }) => liars > 0,
        holds: ({ liars, banned, starved }) => banned + starved === liars,
      },
    ],
  },
  partition: {
    description: 'half of the members are cut off from the others for a minute, the seeder not among them',
    make(size = {}) {
      const { torrent, liarCount, others } = sizeOf(size)
      return scenario(
        'partition',
        torrent,
        [
          { ...server, name: 'seeder', role: 'seeder', count: 1 },
          { ...home, name: 'leechers', role: 'leecher', count: others },
          liarsOf(liarCount),
        ],
        [
          { at: 3, what: 'part', group: 'leechers', part: 0.5 },
          { at: healSeconds, what: 'heal' },
        ],
      )
    },
    expectations: [
      everybodyCompletes,
      {
        claim: 'after the parts have found each other, those that were cut off complete within three minutes',
        source:
          'libtorrent, simulation/test_error_handling.cpp and timeout tests: a session recovers from a network that fails',
        isTested: ({ slowestSeconds = Number.POSITIVE_INFINITY }) => slowestSeconds > healSeconds,
        holds: ({ slowestSeconds = Number.POSITIVE_INFINITY, optimalSeconds }) =>
          slowestSeconds <= healSeconds + 180 + optimalSeconds,
      },
    ],
  },
  churn: {
    description:
      'members come over a minute, are killed and come back, or come and go by chance; connections are reset',
    make(size = {}) {
      const { torrent, liarCount, others } = sizeOf(size)
      const goers = Math.round(others / 3)
      return scenario(
        'churn',
        torrent,
        [
          { ...server, name: 'seeder', role: 'seeder', count: 1 },
          { ...home, name: 'late', role: 'leecher', count: others - goers, joins: { at: 0, over: 60 } },
          { ...home, name: 'goers', role: 'leecher', count: goers, churn: { staysSeconds: 30, awaySeconds: 20 } },
          liarsOf(liarCount),
        ],
        [
          { at: 5, what: 'reset', part: 0.5 },
          { at: 8, what: 'crash', group: 'late', part: 0.3, backAfter: 10 },
          { at: 12, what: 'crash', group: 'goers', part: 0.3, backAfter: 5 },
        ],
      )
    },
    expectations: [everybodyCompletes],
  },
  slow_peers: {
    description: 'a third of the members have lines up of 20 KB/s, and some let a few hundred bytes a second drip',
    make(size = {}) {
      const { torrent, liarCount, others } = sizeOf(size)
      const slow = Math.round(others / 3)
      const dripping = Math.round(others / 10)
      return scenario('slow_peers', torrent, [
        { ...server, name: 'seeder', role: 'seeder', count: 1 },
        { ...home, name: 'leechers', role: 'leecher', count: others - slow - dripping },
        { ...home, name: 'slow', role: 'leecher', count: slow, up: 20_000 },
        { ...home, name: 'dripping', role: 'leecher', count: dripping, up: 300 },
        liarsOf(liarCount),
      ])
    },
    expectations: [everybodyCompletes],
  },
  utp: {
    description: 'a small flash crowd over uTP, whose packets are lost and late now and then',
    make(size = {}) {
      const { torrent, liarCount, others } = sizeOf(size)
      const utp = { transport: 'utp', lossRate: 0.005, jitterMs: 5 } as const
      return scenario('utp', torrent, [
        { ...server, ...utp, name: 'seeder', role: 'seeder', count: 1 },
        { ...home, ...utp, name: 'leechers', role: 'leecher', count: others },
        liarsOf(liarCount, utp),
      ])
    },
    expectations: [everybodyCompletes],
  },
}

function middleOf(members: SimulationResult['members'], role: Group['role']): number {
  const times = members
    .filter((member) => member.role === role)
    .map(({ seconds = Number.POSITIVE_INFINITY }) => seconds)
    .sort((a, b) => a - b)
  return times[times.length >> 1] ?? Number.POSITIVE_INFINITY
}
