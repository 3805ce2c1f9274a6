import type { HistoryEntry } from '../contracts/index.js'
import type { Plan } from '../plan/model.js'

/**
 * What to know of a plan that deletes and is asked for in another folder than the last deploy: two topology files may have
 * the same name, and one would take the instances of the other away.
 * @param directory - where it is asked for
 * @returns null where there is nothing to say
 */
export function elsewhereNote(
  { topology, changes }: Pick<Plan, 'topology' | 'changes'>,
  history: readonly Pick<HistoryEntry, 'kind' | 'outcome' | 'by'>[],
  directory: string | undefined,
): string | null {
  if (!changes.some(({ action }) => action === 'delete')) return null
  const last = history.findLast(
    ({ kind, outcome, by }) => kind === 'deploy' && outcome === 'succeeded' && by?.directory !== undefined,
  )?.by?.directory
  return last === undefined || last === directory
    ? null
    : `${topology} was last deployed from ${last}: if this is another topology, give it another name`
}
