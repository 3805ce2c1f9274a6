import type { Place } from '../contracts/index.js'
import { edgesLeadingTo } from '../plan/reach.js'
import type { View } from './view.js'

/**
 * Hosts whose edges may know something of the topology: where it exposes something, did before, or where an attempt that came to no good
 * end may have left something.
 */
export function edgesOf({ revision, base, past, hosts }: Pick<View, 'revision' | 'base' | 'past' | 'hosts'>): string[] {
  const { topology } = revision
  const elsewhere = Object.keys(hosts).filter(
    (host) => topology.hosts[host] === undefined && base?.topology.hosts[host] === undefined,
  )
  // A machine that got another name is reached, and told, by its new one.
  return [...new Set([...exposing({ revision, base, past }), ...elsewhere])].filter((host) => hosts[host] !== undefined)
}

/** Hosts whose edges lead to what is at a place, or may have been told to by an earlier revision; its own first. */
export const edgesTo = (
  { revision, base, past, hosts }: Pick<View, 'revision' | 'base' | 'past' | 'hosts'>,
  at: Pick<Place, 'host' | 'resource'>,
): string[] =>
  edgesLeadingTo(
    [revision, base, ...past].flatMap((each) => (each === null ? [] : [each.topology])),
    at,
  ).filter((edge) => edge === at.host || hosts[edge] !== undefined)

/** Hosts where a revision that may have left something exposes anything. */
export const exposing = ({ revision, base, past }: Pick<View, 'revision' | 'base' | 'past'>): string[] =>
  [revision, base, ...past].flatMap((each) =>
    Object.values(each?.topology.resources ?? {}).flatMap(({ expose, on }) => (expose.length > 0 ? on : [])),
  )
