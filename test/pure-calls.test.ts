import type { Node } from 'typescript/unstable/ast'
import {
  isBindingElement,
  isIdentifier,
  isPropertyAccessExpression,
  isTypeOfExpression,
} from 'typescript/unstable/ast/is'
import { API, type Symbol as Property, SignatureKind, type Type } from 'typescript/unstable/sync'
import { afterAll, expect, test } from 'vitest'
import { longTest } from './in-full.ts'
import { filesBelow, root } from './source-tree.ts'

/**
 * What a chart holds of the world, it holds and passes on: nothing in `machines/` asks a connection, a listener, a store, a clock, an
 * actor or anything of Node to do something, nor takes the method off it. Whose method that is says its type, whatever it is called. What
 * torrents share, the blacklist and the places, is as foreign to each: a decision reads it, and has it changed by a command.
 */

/** What the core of a torrent or a session has decided is carried out at one place: each kind of actor is told there, as XState's `sendTo` would. */
const known: readonly string[] = [
  ...new Array<string>(5).fill('machines/session/logic.ts: command.to.send'),
  // Its actor hears of the list that it shares from its start to its stop, and leaves the places that it shares then.
  'machines/torrent/core/logic.ts: blacklist.subscribe',
  'machines/torrent/core/logic.ts: self.send',
  'machines/torrent/core/logic.ts: claim.leave',
  'machines/torrent/core/logic.ts: command.to.add',
  ...new Array<string>(10).fill('machines/torrent/core/logic.ts: command.to.send'),
  // A list that is read from JSON is nobody's yet.
  'machines/torrent/trust/blacklist.ts: list.add',
]

const api = new API({ cwd: root })
afterAll(() => api.close())
// Of the tree only what `machines/` and the sample reach: the compiler reads nothing else.
const project = api.updateSnapshot({ openProjects: [`${root}test/pure-calls.tsconfig.json`] }).getProjects()[0]
if (!project) throw new Error('test/pure-calls.tsconfig.json makes no project')
const { checker, program } = project

/** What acts on another actor at once; in a transition that is enqueued instead. */
const actsOnActors = /^(send|start|stop|subscribe|on)$/
/** Declared among Node's types, and the same everywhere. */
const pureInNode = /^(TextEncoder|TextDecoder)$/

/** What changes the blacklist or the places, as they are declared, and as a command knows them. */
const changesShared: Readonly<Record<string, RegExp>> = {
  'machines/torrent/trust/blacklist.ts': /^(add|remove|clear|subscribe)$/,
  'machines/torrent/connections/connection-limit.ts': /^(send|leave)$/,
  'machines/torrent/vocabulary/commands.ts': /^(add|send)$/,
}

function isOfTheWorld(property: Property): boolean {
  return property.declarations.some(({ path }) => {
    const file = path.slice(root.length)
    if (changesShared[file]?.test(property.name)) return true
    if (/^(transport|storage|actors|cli|diagram)\//.test(file)) return true
    if (file.startsWith('node_modules/@types/node/')) return !pureInNode.test(property.getParent()?.name ?? '')
    return file.startsWith('node_modules/xstate/') && actsOnActors.test(property.name)
  })
}

/** An expression that names a property, or an element of a pattern that does, and where the property's name stands. */
interface Naming {
  readonly node: Node
  readonly name: Node
}

function namingsIn(node: Node, found: Naming[] = []): Naming[] {
  // To ask what kind of thing it is does nothing.
  if (isTypeOfExpression(node)) return found
  const name = isBindingElement(node) ? (node.propertyName ?? node.name) : isPropertyAccessExpression(node) && node.name
  if (name) found.push({ node, name })
  node.forEachChild((child) => {
    namingsIn(child, found)
  })
  return found
}

/** What each names. The compiler is asked of all at once: each question goes to a process of its own. */
function propertiesOf(namings: readonly Naming[]): (Property | undefined)[] {
  const found = checker.getSymbolAtLocation(namings.map(({ name }) => name))
  // A short element of a pattern: the compiler knows its name as that of a variable.
  const short = [...namings.entries()].flatMap(([i, { node, name }]) =>
    isBindingElement(node) && !node.propertyName && isIdentifier(name) ? [{ i, name: name.text, of: node.parent }] : [],
  )
  const patterns = [...new Set(short.map(({ of }) => of))]
  const owners = new Map(checker.getTypeAtLocation(patterns).map((type, i) => [patterns[i], type]))
  for (const { i, name, of } of short) {
    const owner = owners.get(of)
    found[i] = (owner && checker.getPropertyOfType(owner, name)) ?? found[i]
  }
  return found
}

const isCallable = (type: Type | undefined): boolean =>
  type !== undefined &&
  checker.getSignaturesOfType(checker.getNonNullableType(type) ?? type, SignatureKind.Call).length > 0

/** Each as it is written in the file, on one line. */
function impureIn(path: string): string[] {
  const file = program.getSourceFile(root + path)
  if (!file) throw new Error(`${path} is in no project`)
  const namings = namingsIn(file)
  const properties = propertiesOf(namings)
  return namings.flatMap((naming, i) => {
    const property = properties[i]
    if (!property || !isOfTheWorld(property) || !isCallable(checker.getTypeOfSymbol(property))) return []
    return [naming.node.getText(file).replace(/\s+/g, ' ')]
  })
}

longTest('machines ask nothing of the world to do something', () => {
  const calls = filesBelow('machines').flatMap((path) => impureIn(path).map((text) => `${path}: ${text}`))
  expect(calls).toEqual(known)
})

test('what does is seen, whatever it is called, and nothing else', () => {
  expect(impureIn('test/pure-calls-sample.ts')).toEqual([
    'connection.destroy',
    'end.end',
    'listener?.close',
    'store.cutFiles',
    'clock.now',
    'ref.send',
    'close',
    'write: say',
    'process.uptime',
    'blacklist.add',
    'claim.send',
  ])
})
