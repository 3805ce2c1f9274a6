import { Cul8erError } from '../errors.js'
import type { InstanceSpec } from '../plan/model.js'

/** The NAME of the verbs: of the release, or of the resource where there is none. */
export const serviceName = (spec: Pick<InstanceSpec, 'release' | 'resource'>): string =>
  spec.release?.name ?? spec.resource

/**
 * Refuses a release name or version that cannot be a folder below /opt.
 * @throws Cul8erError INVALID_TOPOLOGY
 */
export function checkReleaseNames(spec: InstanceSpec): void {
  const { release } = spec
  if (release === null) return
  const refuse = (what: string, value: string, allowed: string): never => {
    throw new Cul8erError('INVALID_TOPOLOGY', `${spec.name}: ${JSON.stringify(value)} cannot be a release ${what}`, {
      hint: `Allowed: ${allowed}.`,
    })
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(release.name)) refuse('name', release.name, 'letters, digits, - and _')
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(release.version) || ['current', 'run'].includes(release.version)) {
    refuse('version', release.version, 'letters, digits, and . _ + - between them; not `current` or `run`')
  }
}
