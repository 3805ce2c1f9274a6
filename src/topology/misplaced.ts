import type { Path } from './problem.js'
import { sectionsOf, type Section } from './schema/sections.js'
import { topologySchema } from './schema/topology.js'
import { wordFor } from './spelling.js'

/** Where a key is known that is not known where it stands. */
export interface RightPlace {
  /** Its path there, with `<name>` for a name that cannot be guessed. */
  path: string
  /** One sentence for an error text. */
  words: string
}

/** Places that are named; more would be no help. */
const MOST = 3

/** Where a key belongs that stands a level too deep or too high, or in another section; null when no section has it. */
export function rightPlace(path: Path): RightPlace | null {
  const key = String(path.at(-1))
  const here = path.slice(0, -1)
  const having = allSections().flatMap((section) => {
    const word = wordFor(key, section.keys)
    return word === undefined ? [] : [{ section, word, near: nearness(section, here) }]
  })
  const nearest = Math.max(...having.map(({ near }) => near))
  const best = having.filter(({ near }) => near === nearest)
  const [first] = best
  if (first === undefined) return null
  const places = best.slice(0, MOST).map(({ section, word }) => dotted([...filled(section.path, here), word]))
  const words =
    best.length === 1 && isAround(first.section, here)
      ? `\`${first.word}\` belongs to ${owner(first.section.path)}`
      : `did you mean ${places.join(' or ')}?`
  return { path: places[0] ?? '', words }
}

let sections: Section[] | undefined
const allSections = (): Section[] => (sections ??= sectionsOf(topologySchema))

const fits = (pattern: string | undefined, key: string | number): boolean =>
  pattern === '*' || (pattern === '[]' ? typeof key === 'number' : pattern === key)

const shared = ({ path }: Section, here: Path): number => {
  const parted = here.findIndex((key, index) => !fits(path[index], key))
  return Math.min(path.length, parted < 0 ? here.length : parted)
}

/** What has most of the way in common comes first, and of those what is the fewest steps off. */
const nearness = (section: Section, here: Path): number =>
  shared(section, here) * 100 - Math.abs(section.path.length - here.length)

const isAround = (section: Section, here: Path): boolean => shared(section, here) === section.path.length

/** The pattern with the user's own names as far as they lead the same way. */
function filled(pattern: readonly string[], here: Path): (string | number)[] {
  const common = shared({ path: pattern, keys: [] }, here)
  return pattern.map((step, index) => (index < common ? (here[index] ?? step) : step === '*' ? '<name>' : step))
}

const dotted = (keys: (string | number)[]): string =>
  keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : key === '[]' ? key : `.${key}`))
    .join('')
    .replace(/^\./, '')

function owner(path: readonly string[]): string {
  if (path.length === 0) return 'the topology itself'
  if (path.at(-1) !== '*') return `\`${path.filter((step) => step !== '[]').at(-1)}\``
  return path[0] === 'hosts' ? 'the host' : 'the resource'
}
