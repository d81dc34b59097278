import type { Extension, RunningExtension } from '../../extensions/extension.ts'
import { mayRun } from '../../extensions/may-run.ts'
import type { ConnectionsCore } from '../connections/slice.ts'

/** What a torrent is made from, of its extensions. */
export interface ExtensionsInput {
  /** Extensions it starts with (BEP 10). */
  readonly extensions?: readonly Extension[]
}

/** The extensions of a torrent. */
export interface ExtensionsSlice {
  extensions: readonly RunningExtension[]
  /** The id of every extension there is or was, by name. */
  readonly extensionIds: Map<string, number>
}

/** The core as extensions see it: their own slice, and what connections see, which tell the peers of them. */
export interface ExtensionsCore extends ExtensionsSlice, Omit<ConnectionsCore, 'extensions'> {}

/** Those that it starts with; none of them runs yet. */
export function createExtensions(
  { extensions = [] }: ExtensionsInput,
  content: { readonly isPrivate: boolean },
): ExtensionsSlice {
  const running = extensions
    .filter(({ name }) => mayRun(name, content))
    .map((extension, i) => ({ name: extension.name, id: i + 1, extension, ref: undefined }))
  return { extensions: running, extensionIds: new Map(running.map(({ name, id }) => [name, id])) }
}
