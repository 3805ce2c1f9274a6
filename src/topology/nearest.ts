import { distance } from 'fastest-levenshtein'

/** The known name that somebody most likely meant, or undefined when none is near. Case, `_` and `-` count little. */
export function nearest(found: string, known: readonly string[]): string | undefined {
  if (found.length > 80) return undefined
  const ranked = known
    .map((name) => ({ name, far: far(plain(found), plain(name)) }))
    .sort((left, right) => left.far - right.far)
  const best = ranked[0]
  if (best === undefined) return undefined
  const longer = Math.max(best.name.length, found.length)
  return best.far <= Math.max(longer >= 3 ? 1 : 0, Math.floor(best.name.length / 3)) ? best.name : undefined
}

/** The one known word that begins the same for more than half of what was found: `succeeded` for `success`. */
export function sameBeginning(found: string, known: readonly string[]): string | undefined {
  const begins = found.slice(0, Math.max(4, Math.floor(found.length / 2) + 1)).toLowerCase()
  const alike = begins.length < 4 ? [] : known.filter((word) => word.toLowerCase().startsWith(begins))
  return alike.length === 1 ? alike[0] : undefined
}

/** Letters in another order are one slip of the fingers, not two. */
const far = (found: string, name: string): number => (letters(found) === letters(name) ? 1 : distance(found, name))

const letters = (name: string): string => [...name].sort().join('')

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')
