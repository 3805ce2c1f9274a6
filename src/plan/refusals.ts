import { Cul8erError } from '../errors.js'
import type { ObservedInstance, Revision } from './model.js'
import { resourceOf } from './specs.js'
import type { Ours, Work } from './work.js'

/**
 * A stateful instance is not replaced: its data would be lost. With `force` it is, and the notes say so.
 * @throws Cul8erError NOT_SUPPORTED_YET
 */
export function refuseDataLoss(revision: Revision, all: Work[], force: boolean, notes: string[]): void {
  for (const { action, instance, reasons, resource, from } of all) {
    if (action !== 'replace' || !resourceOf(revision, resource).stateful) continue
    if (!force) {
      throw new Cul8erError(
        'NOT_SUPPORTED_YET',
        `${from?.name} is stateful, and replacing it would lose its data: ${reasons.join('; ')}`,
        {
          hint: 'move the data yourself and deploy with --force, or keep the image and type as they are',
        },
      )
    }
    notes.push(`--force: ${instance} replaces ${from?.name} and starts without its data`)
  }
}

/**
 * Never touch what is not ours: a foreign instance with a name that we need is an error, not an update.
 * @throws Cul8erError NAME_CLASH
 */
export function refuseClashes(all: Work[], observed: ObservedInstance[], ours: Ours[]): void {
  for (const { action, instance, host } of all) {
    if (action !== 'create' && action !== 'replace') continue
    const isThere = (i: ObservedInstance): boolean => i.name === instance && i.host === host
    const foreign = observed.find(isThere)
    if (foreign !== undefined && !ours.some(isThere)) {
      const owner = foreign.labels === null ? "is not cul8er's" : `belongs to topology ${foreign.labels.topology}`
      throw new Cul8erError('NAME_CLASH', `instance ${instance} on ${host} exists and ${owner}`, {
        hint: `rename it (incus rename ${instance} NEW-NAME), or name the resource or topology differently`,
        details: { instance, host },
      })
    }
  }
}
