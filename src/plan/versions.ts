import type { Revision } from './model.js'

/** The releases of a revision, each once: `shop@1.2.0`. */
export const versionsOf = (revision: Pick<Revision, 'topology'> | null): string[] => [
  ...new Set(
    Object.values(revision?.topology.resources ?? {}).flatMap(({ deploy }) =>
      deploy === null ? [] : [`${deploy.release}@${deploy.version}`],
    ),
  ),
]
