/** What an image lacks, told from its version and the version that would be built now. */
export type Update = 'none' | 'recipe' | 'month' | 'unknown'

/**
 * A version is `HASH` or `HASH-YYYY-MM` (images/build): the recipe, and the month of the packages that it fetched. Images from
 * before have none, or none with a month.
 */
export function updateOf(found: string | undefined, wanted: string | null): Update {
  if (wanted === null) return 'unknown'
  if (found === wanted) return 'none'
  return found !== undefined && recipe(found) === recipe(wanted) ? 'month' : 'recipe'
}

const recipe = (version: string): string => version.split('-', 1)[0] ?? ''

/** For people. */
export const UPDATE_WORDS: Record<Update, string> = {
  none: 'none known',
  recipe: 'its recipe changed',
  month: "this month's packages",
  unknown: 'unknown: the recipe is not here',
}

/** Days after which `doctor` warns: two months of security updates. */
export const OLD_DAYS = 60

const DAY_MS = 86_400_000

/** Whole days since an ISO time; an image that says no time of its making is from 1970 and very old. */
export const daysSince = (iso: string, nowMs = Date.now()): number =>
  Math.max(0, Math.floor((nowMs - Date.parse(iso)) / DAY_MS))
