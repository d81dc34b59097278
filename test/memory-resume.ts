import type { ResumeStore } from '../storage/resume-file.ts'

/** A place for resume data in memory, and what was saved there last. */
export interface KeptResume extends ResumeStore {
  kept: Uint8Array | undefined
}

export const memoryResume = (kept?: Uint8Array): KeptResume => ({
  kept,
  async load() {
    return this.kept
  },
  async save(data) {
    this.kept = data
  },
})
