/** `1 tool`, `2 tools`. @param noun  in the singular, with a plural in -s */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
