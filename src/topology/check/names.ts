import type { Color } from '../../naming/instance-names.js'
import { MAX_INSTANCE_NAME, instanceName } from '../../naming/instance-names.js'
import { mostReplicas } from '../counts.js'
import type { Topology } from '../model.js'
import { describe, problem, type Finding } from '../problem.js'
import type { Draft } from './draft.js'
import { isTooLarge } from './size.js'

const COLORS: Color[] = ['', 'blue', 'green', 'canary']

/** Instance names that Incus would refuse or that two resources would share. */
export function checkNames({ sound }: Draft): Finding[] {
  if (sound === null) return []
  const { topology } = sound
  return [
    ...tooLong(topology),
    ...(isTooLarge([topology]) ? [] : shared([topology])).map(({ resource, found }) =>
      clash(['resources', resource], found),
    ),
  ]
}

/** Instance names that two topologies of one file would share on one host. */
export function checkNamesAcross(topologies: readonly Topology[]): Finding[] {
  return (isTooLarge(topologies) ? [] : shared(topologies))
    .filter(({ within }) => !within)
    .map(({ index, resource, found }) => clash([index, 'resources', resource], found))
}

const clash = (path: (string | number)[], found: string): Finding =>
  problem(path, found, 'names that still differ when _ becomes - and numbers and colors are added')

function tooLong({ name, resources }: Topology): Finding[] {
  return Object.entries(resources).flatMap(([resource, declared]) => {
    const longest = instanceName(name, resource, mostReplicas(declared), 'canary')
    if (longest.length <= MAX_INSTANCE_NAME) return []
    const found = `the instance name ${describe(longest)} of ${longest.length} characters`
    return [
      problem(
        ['resources', resource],
        found,
        `${MAX_INSTANCE_NAME} at most, for topology, resource, number and -canary`,
      ),
    ]
  })
}

interface Shared {
  index: number
  resource: string
  found: string
  /** Both resources are in one topology. */
  within: boolean
}

/** The first name that a resource shares with an earlier one. */
function shared(topologies: readonly Topology[]): Shared[] {
  const owners = new Map<string, { index: number; resource: string }>()
  const result: Shared[] = []
  topologies.forEach((topology, index) => {
    for (const [resource, { on, ...declared }] of Object.entries(topology.resources)) {
      const places = topologies.length === 1 ? [''] : addresses(topology, on)
      const taken = firstTaken(owners, places, instanceNames(topology.name, resource, mostReplicas(declared)), {
        index,
        resource,
      })
      if (taken === undefined) continue
      const other = taken.owner
      const whose = other.index === index ? '' : ` of topology ${topologies[other.index]?.name}`
      const found = `the instance name ${describe(taken.name)}, which resource ${other.resource}${whose} has too`
      result.push({ index, resource, found, within: other.index === index })
    }
  })
  return result
}

const addresses = ({ hosts }: Topology, on: string[]): string[] =>
  on.map((host) => (Object.hasOwn(hosts, host) ? (hosts[host]?.address ?? '') : ''))

function instanceNames(topology: string, resource: string, replicas: number | null): string[] {
  const numbers = replicas === null ? [null] : Array.from({ length: replicas }, (_, index) => index + 1)
  return numbers.flatMap((number) => COLORS.map((color) => instanceName(topology, resource, number, color)))
}

function firstTaken<Owner>(owners: Map<string, Owner>, places: string[], names: string[], owner: Owner) {
  let taken: { name: string; owner: Owner } | undefined
  for (const place of places)
    for (const name of names) {
      const key = `${place} ${name}`
      const other = owners.get(key)
      if (other === undefined) owners.set(key, owner)
      else if (other !== owner) taken ??= { name, owner: other }
    }
  return taken
}
