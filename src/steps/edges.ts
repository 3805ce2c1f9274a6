import type { View } from './view.js'

/** Hosts whose edges may know something of the topology: where it exposes something, did before, or where an attempt may have left something. */
export function edgesOf({ revision: { topology }, base, hosts }: Pick<View, 'revision' | 'base' | 'hosts'>): string[] {
  const before = base?.topology ?? null
  const exposing = [topology, ...(before === null ? [] : [before])].flatMap(({ resources }) =>
    Object.values(resources).flatMap(({ expose, on }) => (expose.length > 0 ? on : [])),
  )
  const elsewhere = Object.keys(hosts).filter(
    (host) => topology.hosts[host] === undefined && before?.hosts[host] === undefined,
  )
  // A machine that got another name is reached, and told, by its new one.
  return [...new Set([...exposing, ...elsewhere])].filter((host) => hosts[host] !== undefined)
}
