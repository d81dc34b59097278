/** A rule, and what shows whether it holds, for any test runner: `for (const { title, run } of cases) test(title, run)`. */
export interface TestCase {
  /** The rule, in words. */
  readonly title: string
  /** Resolves when it holds; rejects with an error that says what did not. */
  run(): Promise<void>
}
