const because = (reason: string, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, reason]))

/** Mutants that change nothing anybody could see: by chart, by their names, why. `npm run mutants` says when one is no more so. */
export const equivalent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  web_seed: {
    'linked on web_seed.closed 1: behind the next': 'a connection has one end: no two guards are true of it',
    'linked on web_seed.closed 2: behind the next': 'a connection has one end: no two guards are true of it',
  },
  peer: {
    '(root): region encryption before handshake':
      'one of them, or neither, says something when a connection opens, closes or ends',
    '(root): region talk before encryption': 'they take no event in common',
    '(root): region uploads before requests': 'at a tick uploads says nothing, and nothing of it concerns requests',
    '(root): region reputation before uploads': 'they take no event in common',
    ...because('what ends a peer that has ended is taken by no region', [
      'handshake.closing on torrent.close: dropped',
      'handshake.closing on torrent.fault: dropped',
      'handshake.closing on wire.violation: dropped',
      'handshake.closed on torrent.close: dropped',
      'handshake.closed on torrent.fault: dropped',
      'handshake.closed on wire.violation: dropped',
      'availability.partial on wire.bitfield 1: behind the next',
      'availability.partial on wire.have_all 1: behind the next',
      'availability.partial on wire.have_none 1: behind the next',
      'availability.partial on wire.have 1: behind the next',
      'availability.complete on wire.bitfield 1: behind the next',
      'availability.complete on wire.have_all 1: behind the next',
      'availability.complete on wire.have_none 1: behind the next',
      'availability.complete on wire.have 1: behind the next',
      'availability.complete on wire.have 1: dropped',
      'availability.complete on wire.have_all 1: dropped',
      'availability.awaiting_metadata on torrent.learn 2: behind the next',
      'uploads.serving on wire.request 1: behind the next',
    ]),
    ...because('no two guards are true at once', [
      'encryption.undecided on transport.opened 2: behind the next',
      'availability.awaiting_metadata on torrent.learn 3: behind the next',
      'requests on torrent.request 1: behind the next',
    ]),
    ...because('the state that it leads to is left at once for the other', [
      'availability.awaiting_first on wire.have_all 3: leads to complete, not partial',
      'requests: begins in waiting',
      'requests.late always: leads to waiting, not idle',
      'requests.snubbed on timer.tick 1: leads to waiting, not idle',
    ]),
    ...because('what the action does is nothing then', [
      'talk.heard on wire.have: guard isKnownPiece dropped',
      'talk.heard on wire.request: guard asksForCrumbs dropped',
      'extended.ready on wire.extended 2: guard isOurExtension dropped',
      'extended.ready on torrent.extended 2: guard takesExtension dropped',
    ]),
    ...because('it has all pieces already', [
      'availability.complete on wire.have_all 3: dropped',
      'availability.complete on wire.have_all 3: action replacePieces dropped',
    ]),
    ...because('the state that follows admits it at once', [
      'handshake.handshaking.awaiting_peer_id on wire.peer_id 2: dropped',
      'handshake.handshaking.awaiting_peer_id on wire.peer_id 2: behind the next',
    ]),
    'requests on torrent.request 2: behind the next': 'both candidates do the same',
  },
  torrent: {
    '(root): region content before disk':
      'that a check ends, and that the storage is gone, the core notes each by itself',
    '(root): region life before content': 'that a check ends, and that the core rests, it notes each by itself',
    '(root): region place before life': 'what ends a move is told to the storage, what ends a run to all others',
    'life.active: region unchoking before listening':
      'one tells the core, and the other whoever listens to the torrent',
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
