import type { Expose, Topology } from '../topology/model.js'

type Exposing = Pick<Topology, 'resources'>

/** Names of the shared pools that a resource gives; none where it has its public ports for itself. */
export const poolsOf = (resource: { expose: readonly Expose[] } | undefined): string[] => [
  ...new Set((resource?.expose ?? []).flatMap(({ pool }) => pool ?? [])),
]

/** Resources that give a pool, in the order of the file. */
export const sharing = ({ resources }: Exposing, pool: string): string[] =>
  Object.entries(resources).flatMap(([name, resource]) => (poolsOf(resource).includes(pool) ? [name] : []))

/** All shared pools of a topology. */
export const sharedPools = ({ resources }: Exposing): string[] => [
  ...new Set(Object.values(resources).flatMap((resource) => poolsOf(resource))),
]

/** `<topology>.<pool>.<public port>`: no resource's own pool has dots in its name. */
export const sharedPoolName = (topology: string, { pool, as }: { pool: string; as: number }): string =>
  `${topology}.${pool}.${as}`

/** Where an instance stands in shared pools: by name of the pool, the port that it answers on. */
export const placesInPools = (
  topology: string,
  { expose }: { expose: readonly Expose[] },
): { pool: string; port: number }[] =>
  expose.flatMap(({ pool, as, port }) =>
    pool === undefined ? [] : [{ pool: sharedPoolName(topology, { pool, as }), port }],
  )
