/**
 * How far a connection's life is. `idle`: nothing was sent. `syn_sent`: dialled, no answer yet. `syn_received`: a SYN was answered, and
 * nothing shows that its sender got the answer. `connected`: bytes flow, in each direction until its FIN. `lingering`: both FINs have come;
 * what the remote repeats is acknowledged. The last three are final: `closed`, by both sides or given
 * up by us; `reset`, by the remote; `timed_out`.
 */
export type UtpStage =
  | 'idle'
  | 'syn_sent'
  | 'syn_received'
  | 'connected'
  | 'lingering'
  | 'closed'
  | 'reset'
  | 'timed_out'

/** What happens in a connection's life, about six events each. */
export type UtpLifeEvent =
  /** We sent the SYN. */
  | { readonly type: 'utp.dialled' }
  /** A SYN came, and we answer it. */
  | { readonly type: 'utp.accepted' }
  /** The remote answered our SYN, or showed that it got our answer. */
  | { readonly type: 'utp.established' }
  /** Our FIN is on its way: no bytes of ours follow. */
  | { readonly type: 'utp.fin_sent' }
  /** The remote has all our bytes and our FIN. */
  | { readonly type: 'utp.fin_acknowledged' }
  /** All bytes of the remote have come, and its FIN. */
  | { readonly type: 'utp.fin_received' }
  /** Nothing the remote repeats is to be expected any more. */
  | { readonly type: 'utp.lingered' }
  /** The remote has reset the connection. */
  | { readonly type: 'utp.reset' }
  /** The remote has not answered for too long. */
  | { readonly type: 'utp.timed_out' }
  /** We have given it up: with a RESET when the remote may know of it, or silently. */
  | { readonly type: 'utp.abandoned' }

/** The life of one connection, which its statechart alone decides. A stream reports to it and asks it; it keeps no second account. */
export interface UtpLife {
  readonly stage: UtpStage
  /** How far our direction has ended, while `connected`; `lingering`, it is `fin_acknowledged`; `open` at any other stage. */
  readonly ours: 'open' | 'fin_sent' | 'fin_acknowledged'
  /** How far the remote's has, likewise. */
  readonly theirs: 'open' | 'fin_received'
  /** Reports an event. One that the stage does not know changes nothing. */
  send(event: UtpLifeEvent): void
}
