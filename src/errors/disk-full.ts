import { MetaError } from './meta-error.ts'

/** @param place  the file or directory that could not be written */
export function diskFull(place: string, cause?: unknown): MetaError {
  return new MetaError(
    'DISK_FULL',
    `The disk of "${place}" is full; nothing was changed.`,
    'Free some space and try again, or set MCPWRIGHT_HOME to a directory on another disk.',
    { cause },
  )
}

/** Recognizes the system's own error (errno ENOSPC, EDQUOT), from whatever was writing. */
export function readDiskFull(error: unknown): MetaError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path ?? 'the data directory', error)
  return readDiskFull(error.cause)
}
