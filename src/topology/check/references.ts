import { nearest } from '../nearest.js'
import { describe, problem, type Finding, type Path } from '../problem.js'
import { valueAt } from '../prune.js'
import { oneOf, type Draft } from './draft.js'

/** Names that lead nowhere, are there twice, or lead in a circle. */
export function checkReferences({ raw, sound, hosts, resources }: Draft): Finding[] {
  return [
    ...resources.flatMap((name) => [
      ...named(raw, ['resources', name, 'on'], hosts),
      ...named(raw, ['resources', name, 'replicate', 'to'], hosts),
      ...named(raw, ['resources', name, 'dependsOn'], resources, name),
    ]),
    ...named(raw, ['cluster', 'nodes'], resources),
    ...circles(sound?.topology.resources ?? {}),
  ]
}

/** @param self - known, and no sensible choice: a circle of its own is found elsewhere */
function named(raw: unknown, path: Path, known: readonly string[], self?: string): Finding[] {
  const written = valueAt(raw, path)
  const others = known.filter((name) => name !== self)
  if (typeof written === 'string') return known.includes(written) ? [] : [unknownName(path, written, others)]
  if (!Array.isArray(written)) return []
  return written.flatMap((name: unknown, index) => {
    if (typeof name !== 'string') return []
    if (!known.includes(name)) return [unknownName([...path, index], name, others)]
    return written.indexOf(name) < index ? [problem([...path, index], `${describe(name)} twice`, 'each name once')] : []
  })
}

const unknownName = (path: Path, name: string, known: readonly string[]): Finding =>
  problem(path, describe(name), oneOf(known), nearest(name, known))

function circles(resources: Record<string, { dependsOn: string[] }>): Finding[] {
  const names = new Map(Object.entries(resources))
  const done = new Set<string>()
  const found: Finding[] = []
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) {
      const circle = [...trail.slice(trail.indexOf(name)), name]
      found.push(problem(['resources', name, 'dependsOn'], `the cycle ${circle.join(' -> ')}`, 'no cycle'))
    } else if (!done.has(name)) {
      for (const needed of names.get(name)?.dependsOn ?? []) visit(needed, [...trail, name])
      done.add(name)
    }
  }
  for (const name of names.keys()) visit(name, [])
  return found
}
