import { someOf } from '../some-of.js'
import type { Revision } from './model.js'
import type { Work } from './work.js'

/** What a person should know before agreeing to a plan, beyond what changes. */
export function notesOf({ topology }: Revision, work: readonly Work[]): string[] {
  const { strategy, resources } = topology
  const updated = work.filter(({ action, live }) => action === 'update' && !live)
  return [
    ...Object.entries(resources).flatMap(([name, { expose }]) =>
      expose
        .filter(({ protocol, certificate }) => protocol === 'https' && certificate === null)
        .map(({ as }) => `${name}: port ${as} answers with a self-signed certificate, for development only`),
    ),
    ...(strategy.approach === 'blueGreen' ? [] : alone(resources, updated)),
    ...(strategy.rollback.snapshot === 'always' && updated.length > 0
      ? [`rollback.snapshot is 'always': if the update fails, what ${list(updated)} wrote since the snapshot is lost`]
      : []),
    ...deletions(work),
  ]
}

/** In place, a resource's only instance cannot be out of the traffic and serve. */
function alone(resources: Revision['topology']['resources'], updated: readonly Work[]): string[] {
  return [...new Set(updated.map(({ resource }) => resource))].flatMap((name) => {
    const resource = resources[name]
    return resource !== undefined && resource.expose.length > 0 && (resource.replicas ?? 1) === 1
      ? [
          `${name} has one instance: its requests are refused while it is updated (replicas: 2, or blueGreen, avoid that)`,
        ]
      : []
  })
}

function deletions(work: readonly Work[]): string[] {
  const gone = work.filter(({ action, from }) => action === 'delete' && from?.role === 'live' && !from.stateful)
  return gone.length === 0 ? [] : [`deleting ${list(gone)} cannot be undone: its data and snapshots go too`]
}

const list = (work: readonly Work[]): string =>
  someOf(
    work.map(({ from, instance }) => from?.name ?? instance),
    3,
  )
