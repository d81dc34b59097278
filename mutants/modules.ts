import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileFunction } from 'node:vm'
import { transformSync } from 'esbuild'

/** What a module of the tree exports. */
type Exports = Readonly<Record<string, unknown>>

/** A module, compiled. */
interface Compiled {
  readonly run: ReturnType<typeof compileFunction>
  /** By specifier, the files that it imports. */
  readonly imports: ReadonlyMap<string, string>
}

/** Modules of the tree that are compiled once, and evaluated as often as is asked. Packages are evaluated once. */
export class Modules {
  readonly #compiled = new Map<string, Compiled>()
  readonly #packages = new Map<string, Exports>()

  /** Compiles a file, and all that it imports. */
  async prepare(path: string): Promise<void> {
    if (this.#compiled.has(path)) return
    const { code } = transformSync(readFileSync(path, 'utf8'), {
      loader: 'ts',
      format: 'cjs',
      target: 'node20',
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) },
    })
    const imports = new Map<string, string>()
    this.#compiled.set(path, {
      run: compileFunction(code, ['exports', 'require', 'module'], { filename: path }),
      imports,
    })
    for (const [, specifier = ''] of code.matchAll(/\brequire\("([^"]+)"\)/g)) {
      if (specifier.startsWith('.')) {
        const file = resolve(dirname(path), specifier)
        imports.set(specifier, file)
        await this.prepare(file)
      } else if (!this.#packages.has(specifier)) {
        this.#packages.set(specifier, { ...(await import(specifier)), __esModule: true })
      }
    }
  }

  /** A way to import files that were prepared, each evaluated once, with these packages in the place of those that are installed. */
  evaluation(replaced: Readonly<Record<string, Exports>>): (path: string) => unknown {
    const evaluated = new Map<string, { exports: object }>()
    const load = (path: string): object => {
      const known = evaluated.get(path)
      if (known) return known.exports
      const { imports, run } = this.#compiled.get(path) as Compiled
      const module = { exports: {} }
      evaluated.set(path, module)
      const require = (specifier: string): unknown => {
        const file = imports.get(specifier)
        return file === undefined ? (replaced[specifier] ?? this.#packages.get(specifier)) : load(file)
      }
      Reflect.apply(run, undefined, [module.exports, require, module])
      return module.exports
    }
    return load
  }
}
