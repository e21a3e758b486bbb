/** What came of the prompt evaluate_server: questions that a model answered with a server's tools alone. */
export interface Evaluation {
  /** The newest version when it was made; null: nothing was built. */
  readonly version: number | null
  /** Questions that were answered right, of all. */
  readonly score: number
  readonly questions: number
  /** `<evaluation server="…">…</evaluation>` as the model wrote it. */
  readonly xml: string
  readonly at: Date
}

/** The address of a server's evaluations, to keep one and to read them. */
export function evaluationUri(server: string): string {
  return `mcpwright://servers/${server}/evaluation`
}

/** The newest as it was written, after the scores of those before it. */
export function evaluationsXml(server: string, [newest, ...earlier]: readonly Evaluation[]): string {
  const before = earlier.map(
    ({ at, version, score, questions }) =>
      `<earlier at="${at.toISOString()}"${version === null ? '' : ` version="${version}"`} score="${score}" questions="${questions}"/>`,
  )
  const at = newest ? ` at="${newest.at.toISOString()}"${versionOf(newest)}` : ''
  return [`<evaluations server="${server}"${at}>`, ...before, ...(newest ? [newest.xml] : []), '</evaluations>'].join(
    '\n',
  )
}

function versionOf({ version }: Evaluation): string {
  return version === null ? '' : ` version="${version}"`
}
