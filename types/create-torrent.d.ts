declare module 'create-torrent' {
  export interface CreateTorrentOptions {
    name?: string
    comment?: string
    createdBy?: string
    private?: boolean
    pieceLength?: number
    /** Left out, a built-in list of public trackers is added; an empty list adds none. */
    announceList?: string[][]
    urlList?: string[]
    /** Goes into the info dictionary besides. */
    info?: Readonly<Record<string, string>>
    onProgress?: (hashed: number, total: number) => void
  }

  export default function createTorrent(
    input: string,
    options: CreateTorrentOptions,
    done: (error: Error | null, torrent?: Uint8Array) => void,
  ): void
}
