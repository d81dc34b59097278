import fc from 'fast-check'

/** The same cases in every run, so that a failure is a change of the code; `FAST_CHECK_SEED=7 npx vitest run` tries others. */
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) })
