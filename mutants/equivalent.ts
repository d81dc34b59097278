/** Mutants that change nothing anybody could see: by chart, by their names, why. `npm run mutants` says when one is no more so. */
export const equivalent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  web_seed: {
    'linked on web_seed.closed 1: behind the next': 'a connection has one end: no two guards are true of it',
    'linked on web_seed.closed 2: behind the next': 'a connection has one end: no two guards are true of it',
  },
  utp_connection: {
    'connected: region theirs before ours': 'the regions do nothing but stand: no action has an order',
  },
  torrent: {
    'content.checking on content.check: dropped': 'the region leads there, too, and enters it anew',
    'content.fetching: begins in endgame': 'each way there names the state within',
    'life.active.unchoking on pieces.complete: leads to .beginning, not .seeding':
      'whatever is complete goes on from there to seeding at once',
    'life.active.unchoking.beginning always 1: behind the next': 'no two guards are true: a torrent stands in one way',
  },
  dht: {
    'resting on dht.rest: dropped': 'it would rest anew, and forget what it has forgotten',
    'renounced on dht.renounce: dropped': 'it would be renounced anew, and forget what it has forgotten',
  },
}
