import type { Recorder } from '../../index.ts'
import type { Context } from '../context/context.ts'
import { Failure, WrongUsage } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'

/** How a command records its connections, as the command line has it. */
export interface RecordOptions {
  readonly record?: string
  readonly keepAddresses?: boolean
  readonly recordPayload?: boolean
  /** In bytes. */
  readonly recordLimit?: number
}

/** Runs a command with a recorder, where one is asked for: it is there before the command begins, and has written all when it ends. */
export async function recorded(
  { record: path, keepAddresses, recordPayload, recordLimit }: RecordOptions,
  { api, output }: Pick<Context, 'api' | 'output'>,
  command: (record: Recorder | undefined) => Promise<void>,
): Promise<void> {
  if (path === undefined) {
    if (keepAddresses || recordPayload || recordLimit !== undefined)
      throw new WrongUsage('--keep-addresses, --record-payload and --record-limit go with --record')
    return command(undefined)
  }
  const record = await open(path)
  try {
    await command(record)
  } finally {
    await record.close()
  }

  function open(file: string): Promise<Recorder> {
    const options = {
      ...(keepAddresses && { keepAddresses }),
      ...(recordPayload && { payloads: true }),
      ...(recordLimit !== undefined && { bytesMax: recordLimit }),
      failed: (error: Error) =>
        output.event({
          event: 'warning',
          message: `the record ends, ${file} cannot be written: ${explainError(error)}`,
        }),
    }
    return api.openRecorder(file, options).catch((error: unknown) => {
      throw new Failure(`cannot record to ${file}: ${explainError(error)}`)
    })
  }
}
