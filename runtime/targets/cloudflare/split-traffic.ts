import type { UploadedWorkerVersion } from './api/versions.ts'
import { type Attempt, isTrialTag, type Share } from './attempt.ts'

/** Those of the shares that serve: trials do not, nor does who has nothing. */
export function servingShares(shares: readonly Share[], versions: readonly UploadedWorkerVersion[]): readonly Share[] {
  const trials = new Set(versions.filter(({ tag }) => isTrialTag(tag)).map(({ id }) => id))
  return shares.filter(({ versionId, percent }) => percent > 0 && !trials.has(versionId))
}

/**
 * Who had the traffic before this deploy. One that was cut off may have moved it for its trial: its note counts then.
 */
export function sharesBefore(serving: readonly Share[], unfinished: Attempt | undefined): readonly Share[] {
  const noted = unfinished?.before ?? []
  const isNoted = serving.every(({ versionId }) => noted.some((share) => share.versionId === versionId))
  return noted.length > 0 && isNoted ? noted : serving
}

/** The one with most of the traffic. */
export function leader(shares: readonly Share[]): string | undefined {
  return shares.toSorted((left, right) => right.percent - left.percent)[0]?.versionId
}

/** A deployment holds two versions at most: the new one, and the one that led before with the rest. */
export function splitTraffic(versionId: string, percent: number, before: readonly Share[]): readonly Share[] {
  const rest = leader(before.filter((share) => share.versionId !== versionId))
  if (rest === undefined || percent === 100) return [{ versionId, percent: 100 }]
  return [
    { versionId, percent },
    { versionId: rest, percent: 100 - percent },
  ]
}

/** Told after a deploy that gave its version a part of the traffic only. */
export function noteShare(versionId: string, shares: readonly Share[]): string[] {
  const percent = shares.find((share) => share.versionId === versionId)?.percent ?? 100
  if (percent === 100) return []
  return [
    `It has ${percent} % of the requests, and what ran before the rest: deploy again with "traffic": 100 for all.`,
  ]
}

export function isSameSplit(left: readonly Share[], right: readonly Share[]): boolean {
  return textOf(left) === textOf(right)
}

function textOf(shares: readonly Share[]): string {
  const serving = shares.filter(({ percent }) => percent > 0)
  const texts = serving.map(({ versionId, percent }) => `${versionId} ${percent}`)
  return texts.toSorted().join()
}
