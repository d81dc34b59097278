import { statfs } from 'node:fs/promises'
import { type Sighting, stampOf } from './file-stamps.ts'

/** What a watched file asks its system. None of it rejects. */
export interface FileSystem {
  /** How what stands at a path stands; a link counts as what it leads to. */
  readonly stampOf: (path: string) => Promise<Sighting | 'absent' | 'unknown'>
  /** The inode of what we have open for writing under a path; undefined where that is nothing. */
  readonly inodeOfOpen: (path: string) => Promise<bigint | undefined>
  /** Whether the times of a write are there for sure when it has ended, so that times which come later are of a change by others. */
  readonly isPunctual: (path: string) => Promise<boolean>
}

/** Linux's numbers of file systems on disks of the machine and in its memory; those of other systems are others. */
const punctualTypes: ReadonlySet<bigint> = new Set([
  0xef53n, // ext2, ext3, ext4
  0x58465342n, // XFS
  0x9123683en, // Btrfs
  0xf2f52010n, // F2FS
  0xca451a4en, // bcachefs
  0x2fc12fc1n, // ZFS
  0x01021994n, // tmpfs
  0x794c7630n, // overlayfs
])

/** @param type as `statfs` tells it, with a sign or without. */
export const isPunctualType = (type: bigint): boolean => punctualTypes.has(BigInt.asUintN(32, type))

const isPunctual = async (path: string): Promise<boolean> => {
  try {
    const { type } = await statfs(path, { bigint: true })
    return isPunctualType(type)
  } catch {
    return false
  }
}

/** That of this machine. */
export const fileSystem = (inodeOfOpen: FileSystem['inodeOfOpen']): FileSystem => ({ stampOf, inodeOfOpen, isPunctual })
