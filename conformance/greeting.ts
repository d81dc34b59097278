import { extendedHandshake } from '../testing/remote/extended-messages.ts'
import type { ExtendedHandshake } from '../transport/wire/extended/handshake.ts'
import type { Message } from '../transport/wire/messages.ts'

/** The ids under which we want messages of extensions (BEP 10). */
export const ourIds = { ut_metadata: 77, ut_pex: 78 } as const

/** Our extended handshake. */
export const greet = (greeting: ExtendedHandshake = { m: ourIds, reqq: 250 }): Message => extendedHandshake(greeting)
