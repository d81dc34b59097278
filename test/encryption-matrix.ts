import type { EncryptionPolicy } from '../machines/peer/vocabulary/facts.ts'

/**
 * What comes of two policies that meet. `dials`: those it takes; the second is in plaintext. `refused`: no payload moves, and our
 * side's connections end by this reason.
 */
export type Outcome =
  | { readonly bytes: 'rc4' | 'plaintext'; readonly dials: 1 | 2 }
  | { readonly bytes: 'none'; readonly refused: string }

/** Whom we meet. */
export type Client = 'peerchart' | 'bittorrent-protocol' | 'libtorrent' | 'Transmission' | 'aria2'

/** One of them, as it is set, and what comes of each policy of ours. */
export interface Row {
  readonly client: Client
  /** In the client's own words. */
  readonly setting: string
  readonly weDial: Readonly<Record<EncryptionPolicy, Outcome>>
  readonly theyDial: Readonly<Record<EncryptionPolicy, Outcome>>
}

/** One meeting: what a test is about. */
export interface Cell {
  readonly setting: string
  readonly ours: EncryptionPolicy
  readonly direction: 'we dial' | 'they dial'
  readonly outcome: Outcome
}

const rc4: Outcome = { bytes: 'rc4', dials: 1 }
const plaintext: Outcome = { bytes: 'plaintext', dials: 1 }
const secondDial: Outcome = { bytes: 'plaintext', dials: 2 }
const refused = (reason: string): Outcome => ({ bytes: 'none', refused: reason })

const theyRefuse = refused('remote.encryption_refused')
const weRequire = refused('local.encryption_required')
const hungUp = refused('transport.end')
const noHeader = refused('remote.bad_protocol_string')

/** Speaks no MSE, or does not want it. */
const without = {
  weDial: { none: plaintext, preferred: secondDial, required: theyRefuse },
  theyDial: { none: plaintext, preferred: plaintext, required: weRequire },
} as const

/** The policies in the order of the columns. */
export const policies: readonly EncryptionPolicy[] = ['none', 'preferred', 'required']

/** Every policy of ours against every setting of theirs. The tests iterate over it, and docs/encryption.md shows it. */
export const encryptionMatrix: readonly Row[] = [
  { client: 'peerchart', setting: 'none', ...without },
  {
    client: 'peerchart',
    setting: 'preferred',
    weDial: { none: plaintext, preferred: rc4, required: rc4 },
    theyDial: { none: secondDial, preferred: rc4, required: rc4 },
  },
  {
    client: 'peerchart',
    setting: 'required',
    weDial: { none: hungUp, preferred: rc4, required: rc4 },
    theyDial: { none: noHeader, preferred: rc4, required: rc4 },
  },
  { client: 'bittorrent-protocol', setting: 'PE 0', ...without },
  {
    client: 'bittorrent-protocol',
    setting: 'PE 1',
    // It selects plaintext where that is offered.
    weDial: { none: plaintext, preferred: plaintext, required: rc4 },
    theyDial: { none: noHeader, preferred: rc4, required: rc4 },
  },
  {
    client: 'bittorrent-protocol',
    setting: 'PE 2',
    // It offers RC4 alone, and yet takes a remote that does not negotiate.
    weDial: { none: plaintext, preferred: rc4, required: rc4 },
    theyDial: { none: noHeader, preferred: rc4, required: rc4 },
  },
  { client: 'libtorrent', setting: 'disabled', ...without },
  {
    client: 'libtorrent',
    setting: 'enabled',
    // As it comes, libtorrent selects plaintext where that is offered.
    weDial: { none: plaintext, preferred: plaintext, required: rc4 },
    theyDial: { none: secondDial, preferred: rc4, required: rc4 },
  },
  {
    client: 'libtorrent',
    setting: 'enabled, RC4 alone',
    weDial: { none: plaintext, preferred: rc4, required: rc4 },
    theyDial: { none: secondDial, preferred: rc4, required: rc4 },
  },
  {
    client: 'libtorrent',
    setting: 'enabled, plaintext alone',
    weDial: { none: plaintext, preferred: plaintext, required: hungUp },
    theyDial: { none: secondDial, preferred: plaintext, required: weRequire },
  },
  {
    client: 'libtorrent',
    setting: 'forced',
    // To libtorrent a negotiation that selects plaintext is encryption enough.
    weDial: { none: hungUp, preferred: plaintext, required: rc4 },
    theyDial: { none: noHeader, preferred: rc4, required: rc4 },
  },
  {
    client: 'libtorrent',
    setting: 'forced, RC4 alone',
    weDial: { none: hungUp, preferred: rc4, required: rc4 },
    theyDial: { none: noHeader, preferred: rc4, required: rc4 },
  },
  {
    client: 'libtorrent',
    setting: 'forced, plaintext alone',
    weDial: { none: hungUp, preferred: plaintext, required: hungUp },
    theyDial: { none: noHeader, preferred: plaintext, required: weRequire },
  },
  {
    client: 'Transmission',
    setting: 'tolerated',
    // It selects plaintext, and would hang up on a handshake that went with the offer.
    weDial: { none: plaintext, preferred: plaintext, required: rc4 },
    theyDial: { none: plaintext, preferred: plaintext, required: weRequire },
  },
  {
    client: 'Transmission',
    setting: 'preferred',
    weDial: { none: plaintext, preferred: rc4, required: rc4 },
    theyDial: { none: secondDial, preferred: rc4, required: rc4 },
  },
  {
    client: 'Transmission',
    setting: 'required',
    weDial: { none: hungUp, preferred: rc4, required: rc4 },
    theyDial: { none: noHeader, preferred: rc4, required: rc4 },
  },
  {
    client: 'aria2',
    setting: 'plain',
    // It selects the lowest cipher that it may.
    weDial: { none: plaintext, preferred: plaintext, required: rc4 },
    theyDial: { none: secondDial, preferred: rc4, required: rc4 },
  },
  {
    client: 'aria2',
    setting: 'arc4',
    weDial: { none: plaintext, preferred: rc4, required: rc4 },
    theyDial: { none: secondDial, preferred: rc4, required: rc4 },
  },
  {
    client: 'aria2',
    setting: 'require-crypto',
    weDial: { none: hungUp, preferred: plaintext, required: rc4 },
    theyDial: { none: noHeader, preferred: rc4, required: rc4 },
  },
  {
    client: 'aria2',
    setting: 'force-encryption',
    weDial: { none: hungUp, preferred: rc4, required: rc4 },
    theyDial: { none: noHeader, preferred: rc4, required: rc4 },
  },
]

/** The cells of one client, both directions. */
export const cellsOf = (client: Client): Cell[] =>
  encryptionMatrix
    .filter((row) => row.client === client)
    .flatMap(({ setting, weDial, theyDial }) =>
      policies.flatMap((ours): Cell[] => [
        { setting, ours, direction: 'we dial', outcome: weDial[ours] },
        { setting, ours, direction: 'they dial', outcome: theyDial[ours] },
      ]),
    )

/** An outcome in words. */
export function describeOutcome(outcome: Outcome): string {
  if (outcome.bytes === 'none') return `refused: \`${outcome.refused}\``
  const bytes = outcome.bytes === 'rc4' ? 'RC4' : 'plaintext'
  return outcome.dials === 2 ? `${bytes}, second dial` : bytes
}

/** The matrix as docs/encryption.md shows it: a table for each direction, in which those that are alike share a row. */
export const renderMatrix = (): string =>
  [renderTable('we dial', ({ weDial }) => weDial), renderTable('we are dialled by', ({ theyDial }) => theyDial)].join(
    '\n\n',
  )

function renderTable(caption: string, outcomesOf: (row: Row) => Readonly<Record<EncryptionPolicy, Outcome>>): string {
  const clients = new Map<string, string[]>()
  for (const row of encryptionMatrix) {
    const outcomes = policies.map((ours) => describeOutcome(outcomesOf(row)[ours])).join(' | ')
    clients.set(outcomes, [...(clients.get(outcomes) ?? []), nameOf(row)])
  }
  return [
    `| ${caption} | ${policies.map((ours) => `our \`${ours}\``).join(' | ')} |`,
    `|${' --- |'.repeat(policies.length + 1)}`,
    ...[...clients].map(([outcomes, names]) => `| ${names.join(' · ')} | ${outcomes} |`),
  ].join('\n')
}

function nameOf({ client, setting }: Row): string {
  const [policy, cipher] = setting.split(', ')
  return [`${client} \`${policy}\``, ...(cipher ? [cipher] : [])].join(', ')
}
