import { Cul8erError } from '../errors.js'
import { STRATEGIES } from '../strategies/registry.js'
import { sharedPools, sharing } from '../plan/pools.js'
import { POOLED } from '../topology/check/pools.js'
import type { Approach, Topology } from '../topology/model.js'
import { nearest } from '../topology/nearest.js'

export interface Overrides {
  /** `V` for every release, or `RELEASE=V` for one; several may be given. */
  version?: string | string[]
  /** A strategy by its name or alias: `rolling`, `blue-green`. */
  strategy?: string
}

/**
 * The topology with what a command says instead of the file.
 * @throws Cul8erError USAGE for a release or strategy that there is none of
 */
export function override(topology: Topology, { version = [], strategy }: Overrides): Topology {
  const versions = [version].flat().map(parseVersion)
  const releases = new Set(Object.values(topology.resources).flatMap(({ deploy }) => deploy?.release ?? []))
  for (const { release } of versions) checkRelease(release, [...releases], topology.name)
  const versionOf = (release: string): string | undefined =>
    versions.findLast((each) => each.release === release)?.version ??
    versions.findLast((each) => each.release === null)?.version
  const resources = Object.entries(topology.resources).map(([name, resource]) => {
    const { deploy } = resource
    const wanted = deploy === null ? undefined : versionOf(deploy.release)
    return [
      name,
      deploy === null || wanted === undefined ? resource : { ...resource, deploy: { ...deploy, version: wanted } },
    ]
  })
  const approach = strategy === undefined ? topology.strategy.approach : approachOf(strategy)
  if (strategy !== undefined) checkShared(topology, approach)
  return {
    ...topology,
    resources: Object.fromEntries(resources) as Topology['resources'],
    strategy: { ...topology.strategy, approach },
  }
}

interface Version {
  /** null: every release. */
  release: string | null
  version: string
}

function parseVersion(text: string): Version {
  const [release, version] = text.includes('=')
    ? [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
    : [null, text]
  if (version !== '' && release !== '') return { release, version }
  throw new Cul8erError('USAGE', `--version ${text} has no version`, {
    hint: '--version 1.2.0, or --version RELEASE=1.2.0',
  })
}

function checkRelease(release: string | null, known: string[], topology: string): void {
  if (known.length === 0) throw new Cul8erError('USAGE', `${topology} deploys no release, so it has no version`)
  if (release === null || known.includes(release)) return
  const meant = nearest(release, known)
  throw new Cul8erError(
    'USAGE',
    `${topology} has no release ${release}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    {
      hint: `its releases are ${known.join(', ')}`,
    },
  )
}

function checkShared(topology: Topology, approach: Approach): void {
  const [pool] = sharedPools(topology)
  if (pool === undefined || POOLED.includes(approach)) return
  throw new Cul8erError(
    'USAGE',
    `strategy ${approach} cannot deploy ${topology.name}: ${sharing(topology, pool).join(' and ')} share a public port (pool ${pool})`,
    { hint: `a topology with pools is deployed by ${POOLED.join(' or ')}` },
  )
}

function approachOf(text: string): Approach {
  const found = STRATEGIES.find(({ name, aliases }) => name === text || aliases.some((alias) => alias === text))
  if (found !== undefined) return found.name
  const names = STRATEGIES.map(({ name }) => name)
  const meant = nearest(text, [...names, ...STRATEGIES.flatMap(({ aliases }) => aliases)])
  throw new Cul8erError('USAGE', `no strategy ${text}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`, {
    hint: `the strategies are ${names.join(', ')}`,
  })
}
