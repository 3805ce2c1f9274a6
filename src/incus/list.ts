import type { IncusCommand } from './command.js'
import { query } from './query.js'
import { inProject, operands, when, type Where } from './words.js'

export interface ListOptions extends Where {
  allProjects?: boolean
  /** `name=REGEX`, `status=running`, `user.key=value`; all must hold. */
  filters?: string[]
}

/** `incus list`: every instance with config, devices, state and snapshots; read it with parseInstances or observe. */
export const listInstances = ({ allProjects, filters = [], ...where }: ListOptions = {}): IncusCommand => ({
  args: ['list', '--format=json', ...inProject(where), ...when(allProjects, '--all-projects'), ...operands(...filters)],
})

/**
 * One instance as a list shows it; read it with observeOne. A list with a filter costs as much as one without: Incus gathers the
 * state of every instance first (180 ms with 13 of them running, against 30 ms for this).
 */
export const getInstance = (name: string, { project }: Where = {}): IncusCommand =>
  query(
    `/1.0/instances/${encodeURIComponent(name)}?recursion=1${project ? `&project=${encodeURIComponent(project)}` : ''}`,
  )
