/** What can keep an active torrent from moving payload, whatever its peers are. */
export type IdleCode =
  | 'checking'
  | 'fetching_metadata'
  | 'complete'
  | 'read_only'
  | 'data_lost'
  | 'nothing_to_offer'
  | 'pieces_unavailable'
  | 'disk_backlog'
  | 'no_addresses'
  | 'addresses_waiting'
  | 'no_place'
  | 'no_open_connection'
