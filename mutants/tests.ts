import { type File, startTests, type Task, type VitestRunner, type VitestRunnerConfig } from '@vitest/runner'
import fc from 'fast-check'

const config: VitestRunnerConfig = {
  root: process.cwd(),
  setupFiles: [],
  name: undefined,
  passWithNoTests: true,
  testNamePattern: undefined,
  allowOnly: true,
  sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
  chaiConfig: undefined,
  maxConcurrency: 1,
  // A test that does not end is noticed by the hunt, which knows when the machine was stopped for a while.
  testTimeout: 0,
  hookTimeout: 0,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  tagsFilter: undefined,
  strictTags: false,
}

/** The same cases in every run. */
export function prepareTests(): void {
  fc.configureGlobal({ seed: 1 })
}

/** Runs the tests of a file, up to the first that fails: answers with its name, or what kept the file from being loaded. */
export async function firstFailureIn(path: string, load: (path: string) => unknown): Promise<string | undefined> {
  let hasFailed = false
  const runner: VitestRunner = {
    config,
    importFile: (file) => load(file),
    onBeforeRunTask: (test) => {
      if (hasFailed) test.mode = 'skip'
    },
    onAfterRunTask: (test) => {
      hasFailed ||= test.result?.state === 'fail'
    },
  }
  const [file] = await startTests([{ filepath: path }], runner)
  return file && failureIn(file)
}

function failureIn(task: File | Task): string | undefined {
  for (const inner of 'tasks' in task ? task.tasks : []) {
    const failure = failureIn(inner)
    if (failure !== undefined) return `${task.name} › ${failure}`
  }
  if (task.result?.state !== 'fail') return undefined
  const [line] = (task.result.errors?.[0]?.message ?? '').split('\n')
  return `${task.name}: ${line}`
}
