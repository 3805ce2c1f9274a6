import type { AffinityRule } from '../../topology/model.js'
import type { HostState, Wanted } from './model.js'
import type { Occupancy } from './occupancy.js'

/** Rules of an instance, with those of others that concern it. */
export interface Rules {
  near: readonly AffinityRule[]
  apart: readonly AffinityRule[]
}

/** Apart is mutual: what keeps apart from a resource is kept apart from, whichever of the two is placed first. */
export function rulesOf(resource: string, { affinity, antiAffinity }: Wanted['placement'], all: Declared): Rules {
  const others = Object.entries(all).flatMap(([name, placement]) =>
    name === resource
      ? []
      : (placement?.antiAffinity ?? []).flatMap((rule) => (rule.to === resource ? [{ ...rule, to: name }] : [])),
  )
  return { near: affinity, apart: [...antiAffinity, ...others] }
}

/** Placements of all resources of the topology, by name. */
export type Declared = Readonly<Record<string, Pick<Wanted['placement'], 'antiAffinity'> | undefined>>

/** Whether the host shares the rule's scope with an instance of the other resource. A host without a site shares none. */
export const isShared = ({ to, within }: AffinityRule, host: HostState, occupancy: Occupancy): boolean =>
  (within === 'host' || host[within] !== null) && occupancy.of(to, host, within) > 0

/** The host itself, or `site home`. */
export const scopeWords = (within: AffinityRule['within'], host: HostState): string =>
  within === 'host' ? 'it' : host[within] === null ? `it names no ${within} and` : `${within} ${host[within]}`
