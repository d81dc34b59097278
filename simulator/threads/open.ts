// What the command line needs to simulate on several threads.

export { type PartTask, runPart } from './part-thread.ts'
export { simulateOnThreads } from './simulate-on-threads.ts'
