import type { ActorRefLike, AnyActorRef, Snapshot } from 'xstate'
import { machineOf } from '../feed/states.ts'
import { type Named, nameOf, roleOf } from '../feed/watched.ts'
import { shortDefinition } from './definition.ts'
import { shortSnapshot } from './short-snapshot.ts'

/** Stands for an actor towards `@statelyai/inspect`, with as much as that reads of one, and small. */
export class ShownActor implements ActorRefLike, Named {
  readonly ref: AnyActorRef
  readonly role: Named['role']
  readonly sessionId: string
  readonly parent: ShownActor | undefined
  /** The chart that is drawn; undefined for an actor that runs none. */
  readonly logic: { readonly config: object } | undefined
  /** How it stood last. */
  snapshot: Snapshot<unknown> | undefined
  /** How it stood when that was told last. */
  told: Snapshot<unknown> | undefined
  #toldShort: Snapshot<unknown> = { status: 'active', output: undefined, error: undefined }

  constructor(ref: AnyActorRef, parent: ShownActor | undefined) {
    const machine = machineOf(ref)
    this.ref = ref
    this.role = roleOf(ref, machine?.id)
    this.sessionId = ref.sessionId
    this.parent = parent
    this.logic = machine && { config: shortDefinition(machine.config) }
  }

  /** Its name: role and address. It is asked late, when the address is known. */
  get id(): string {
    const name = nameOf(this)
    return this.role === 'peer' || this.role === 'transport' ? `${this.role} ${name}` : name
  }

  get _parent(): ShownActor | undefined {
    return this.parent
  }

  get send(): AnyActorRef['send'] {
    return this.ref.send
  }

  /** How it stood when that was told last. */
  getSnapshot(): Snapshot<unknown> {
    return this.#toldShort
  }

  /** Answers how it stands, in short. */
  tell(snapshot: Snapshot<unknown>): Snapshot<unknown> {
    this.told = snapshot
    this.#toldShort = shortSnapshot(snapshot)
    return this.#toldShort
  }
}

/** The actors that are shown, as long as they live. */
export class ShownActors {
  readonly #byRef = new WeakMap<AnyActorRef, ShownActor>()

  of(ref: AnyActorRef): ShownActor {
    const known = this.#byRef.get(ref)
    if (known) return known
    const above: unknown = Reflect.get(ref, '_parent')
    const shown = new ShownActor(ref, above === undefined ? undefined : this.of(above as AnyActorRef))
    this.#byRef.set(ref, shown)
    return shown
  }
}
