import type { Case } from '../case.ts'
import { cancel } from '../cases/cancel.ts'
import { encryption } from '../cases/encryption.ts'
import { extended } from '../cases/extended.ts'
import { fast } from '../cases/fast.ts'
import { fields } from '../cases/fields.ts'
import { handshake } from '../cases/handshake.ts'
import { largeRequests } from '../cases/large-requests.ts'
import { leech } from '../cases/leech.ts'
import { messages } from '../cases/messages.ts'
import { metadata } from '../cases/metadata.ts'
import { model } from '../cases/model.ts'
import { pex } from '../cases/pex.ts'
import { requests } from '../cases/requests.ts'

/** Every case there is, by topic. */
export const suite: readonly Case[] = [
  ...leech,
  ...handshake,
  ...messages,
  ...fast,
  ...requests,
  ...largeRequests,
  ...cancel,
  ...model,
  ...extended,
  ...metadata,
  ...pex,
  ...encryption,
  ...fields,
]
