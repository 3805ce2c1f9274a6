import type { Host, HostTraits, Placement, Resource } from '../model.js'
import { nearest } from '../nearest.js'
import { describe, problem, type Finding, type Path } from '../problem.js'
import { valueAt } from '../prune.js'
import { oneOf, type Draft } from './draft.js'

/** What is asked of hosts that no host of the resource has, and rules that name what there is not or contradict each other. */
export function checkPlacement({ raw, sound, resources }: Draft): Finding[] {
  return resources.flatMap((name) => {
    const path = ['resources', name, 'placement']
    const resource = sound?.topology.resources[name]
    return [
      ...RULES.flatMap((key) => unknownResources(raw, [...path, key], { resources, self: name, key })),
      ...onlyForSpread(raw, path),
      ...(resource?.placement === undefined
        ? []
        : [
            ...contradictions(path, resource.placement),
            ...unmet(path, resource.placement, candidates(resource, sound?.topology.hosts ?? {})),
          ]),
    ]
  })
}

const RULES = ['affinity', 'antiAffinity'] as const

const candidates = ({ on }: Resource, hosts: Record<string, Host>): Host[] =>
  on.flatMap((host) => (Object.hasOwn(hosts, host) ? (hosts[host] ?? []) : []))

function unknownResources(
  raw: unknown,
  path: Path,
  { resources, self, key }: { resources: readonly string[]; self: string; key: (typeof RULES)[number] },
): Finding[] {
  const written = valueAt(raw, path)
  // Replicas may keep apart from each other; to be near itself says nothing.
  const known = key === 'affinity' ? resources.filter((name) => name !== self) : resources
  const named = (name: unknown, at: Path): Finding[] =>
    typeof name !== 'string' || known.includes(name)
      ? []
      : [problem(at, describe(name), oneOf(known), nearest(name, known))]
  if (!Array.isArray(written)) return named(written, path)
  return written.flatMap((_, index) => {
    const at = [...path, index]
    return [...named(valueAt(raw, at), at), ...named(valueAt(raw, [...at, 'to']), [...at, 'to'])]
  })
}

function onlyForSpread(raw: unknown, path: Path): Finding[] {
  const spread = valueAt(raw, [...path, 'spread'])
  return spread === undefined || valueAt(raw, [...path, 'strategy']) !== 'pack'
    ? []
    : [problem([...path, 'spread'], describe(spread), 'no `spread` with strategy pack')]
}

function contradictions(path: Path, { affinity, antiAffinity }: Placement): Finding[] {
  return antiAffinity
    .filter(({ to, within }) => affinity.some((near) => near.to === to && near.within === within))
    .map(({ to, within }) =>
      problem(
        [...path, 'antiAffinity'],
        `${describe(to)}, which \`affinity\` has too`,
        `one of them for each ${within}`,
      ),
    )
}

/** Nothing that changes at run time could make these true. */
function unmet(path: Path, { require, spread }: Placement, hosts: readonly Host[]): Finding[] {
  if (hosts.length === 0) return []
  const key = spread === 'host' ? null : spread
  return [
    ...(key === null || hosts.some((host) => host[key] !== undefined)
      ? []
      : [problem([...path, 'spread'], describe(`${key}s`), `hosts that name their ${key}`)]),
    ...unmetLabels([...path, 'require', 'labels'], require.labels, hosts),
    ...(['site', 'region'] as const).flatMap((each) => unmetTrait([...path, 'require', each], require, each, hosts)),
  ]
}

function unmetLabels(path: Path, labels: HostTraits['labels'], hosts: readonly Host[]): Finding[] {
  return Object.entries(labels).flatMap(([label, value]) => {
    const names = distinct(hosts.flatMap((host) => Object.keys(host.labels ?? {})))
    const values = distinct(hosts.flatMap((host) => host.labels?.[label] ?? []))
    if (values.includes(value)) return []
    return values.length === 0
      ? [
          problem(
            [...path, label],
            `the label ${describe(label)}, which none of its hosts has`,
            oneOf(names),
            nearest(label, names),
          ),
        ]
      : [
          problem(
            [...path, label],
            `${describe(value)}, which none of its hosts has`,
            oneOf(values),
            nearest(value, values),
          ),
        ]
  })
}

function unmetTrait(path: Path, require: HostTraits, key: 'site' | 'region', hosts: readonly Host[]): Finding[] {
  const value = require[key]
  const known = distinct(hosts.flatMap((host) => host[key] ?? []))
  if (value === null || known.includes(value)) return []
  return [problem(path, `${describe(value)}, where none of its hosts is`, oneOf(known), nearest(value, known))]
}

const distinct = (all: readonly string[]): string[] => [...new Set(all)]
