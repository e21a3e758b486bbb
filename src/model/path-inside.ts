import path from 'node:path'

/**
 * Where a file that we made lies below a folder.
 * @param file  relative, with `/` between its names: no name is empty, `.` or `..`, and none holds what one of the
 *   platforms reads as a separator, a drive, a stream or an end
 * @throws Error otherwise: our emitters make the paths, so it is their mistake
 */
export function pathInside(folder: string, file: string): string {
  const names = file.split('/')
  if (names.some((name) => name === '' || name === '.' || name === '..' || /[\\:\0]/.test(name))) {
    throw new Error(`${JSON.stringify(file)} is not a path below its folder.`)
  }
  return path.join(folder, ...names)
}
