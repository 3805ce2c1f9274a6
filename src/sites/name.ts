import { Cul8erError } from '../errors.js'
import { NAME } from '../topology/schema/words.js'

/**
 * The site that a worker is told it is for; undefined: none.
 * @throws Cul8erError USAGE for what no host could be at
 */
export function siteNamed(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  if (NAME.pattern.test(text)) return text
  throw new Cul8erError('USAGE', `${JSON.stringify(text)} is not a name of a site`, { hint: `expected ${NAME.words}` })
}
