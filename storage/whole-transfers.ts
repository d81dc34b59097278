type Transfer = [bytes: Uint8Array, offset: number, length: number, position: number]

/** What is written to, as a `FileHandle`. */
export interface Target {
  write(...transfer: Transfer): Promise<{ readonly bytesWritten: number }>
}

/** What is read from, as a `FileHandle`. */
export interface Source {
  read(...transfer: Transfer): Promise<{ readonly bytesRead: number }>
}

/** Writes all of `data` at `position`: the system may take less at a time. */
export const writeAll = async (target: Target, data: Uint8Array, position: number): Promise<void> => {
  for (let written = 0; written < data.length; ) {
    const { bytesWritten } = await target.write(data, written, data.length - written, position + written)
    if (bytesWritten === 0) throw new Error('the system took no byte and gave no reason')
    written += bytesWritten
  }
}

/** Fills `into` with what stands at `position`. Rejects with the code `EPARTIALREAD` where the file ends before. */
export const readAll = async (source: Source, into: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await source.read(into, done, into.length - done, position + done)
    // The code that random-access-file, and with it fs-chunk-store, uses.
    if (bytesRead === 0) throw Object.assign(new Error('the file ends early'), { code: 'EPARTIALREAD' })
    done += bytesRead
  }
}
