import type { TrackerNetwork } from '../../transport/tracker/network.ts'

type Done = Parameters<TrackerNetwork['http']>[1]

/** What one member asks the tracker by: letters, each with the number of its question. */
export class Announcer {
  readonly #send: (letter: Uint8Array<ArrayBuffer>) => void
  readonly #asked = new Map<number, Done>()
  #count = 0

  constructor(send: (letter: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send
  }

  /** For a torrent of the member at `host`. */
  networkAt(host: string): Pick<TrackerNetwork, 'http' | 'datagrams'> {
    return {
      http: ({ url }, done) => {
        const number = this.#count++
        this.#asked.set(number, done)
        this.#send(letterOf(number, Uint8Array.of(Number(url.searchParams.get('event') === 'stopped'))))
        return () => this.#asked.delete(number)
      },
      datagrams: {
        bind: () => undefined,
        resolve: (name, done) => done([name]),
        anyHostFor: () => host,
      },
    }
  }

  /** The tracker answers. */
  answered(letter: Uint8Array): void {
    const { number, content } = readLetter(letter)
    const done = this.#asked.get(number)
    this.#asked.delete(number)
    done?.({ answer: { status: 200, body: content } })
  }

  /** Nobody waits for an answer any more. */
  forget(): void {
    this.#asked.clear()
  }
}

/** The letter of a question, or its answer. */
export function letterOf(number: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const letter = new Uint8Array(4 + content.length)
  new DataView(letter.buffer).setUint32(0, number)
  letter.set(content, 4)
  return letter
}

/** What stands in one. */
export function readLetter(letter: Uint8Array): { readonly number: number; readonly content: Uint8Array } {
  return {
    number: new DataView(letter.buffer, letter.byteOffset).getUint32(0),
    content: letter.subarray(4),
  }
}
