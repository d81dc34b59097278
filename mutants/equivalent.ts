/** Mutants that change nothing anybody could see: by chart, by their names, why. `npm run mutants` says when one is no more so. */
export const equivalent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  web_seed: {
    'linked on web_seed.closed 1: behind the next': 'a connection has one end: no two guards are true of it',
    'linked on web_seed.closed 2: behind the next': 'a connection has one end: no two guards are true of it',
  },
  utp_connection: {
    'connected: region theirs before ours': 'the regions do nothing but stand: no action has an order',
  },
  dht: {
    'resting on dht.rest: dropped': 'it would rest anew, and forget what it has forgotten',
    'renounced on dht.renounce: dropped': 'it would be renounced anew, and forget what it has forgotten',
  },
}
