import type { IncomingMessage } from 'node:http'
import type { AnyActorRef } from 'xstate'
import type { Wish } from '../protocol/protocol.ts'

/** Bytes of a wish. */
const wishBytesMax = 16 * 1024

/** What a wish comes to, as a status of HTTP. */
export type WishAnswer = 204 | 400 | 403 | 404 | 413

/** Does what a user of the page wishes, if the program allows it: an event is sent to an actor. */
export async function grantWish(
  request: IncomingMessage,
  allow: readonly string[],
  living: (id: number) => AnyActorRef | undefined,
): Promise<WishAnswer> {
  const body = await bodyOf(request)
  if (body === undefined) return 413
  const wish = parsed(body)
  if (!wish) return 400
  if (!allow.includes(wish.event.type)) return 403
  const ref = living(wish.to)
  if (!ref) return 404
  ref.send(wish.event)
  return 204
}

/** The body as text; undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > wishBytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(body: string): Wish | undefined {
  try {
    const wish: unknown = JSON.parse(body)
    return isWish(wish) ? wish : undefined
  } catch {
    return undefined
  }
}

const isWish = (wish: unknown): wish is Wish =>
  typeof wish === 'object' &&
  wish !== null &&
  'to' in wish &&
  typeof wish.to === 'number' &&
  'event' in wish &&
  typeof wish.event === 'object' &&
  wish.event !== null &&
  'type' in wish.event &&
  typeof wish.event.type === 'string'
