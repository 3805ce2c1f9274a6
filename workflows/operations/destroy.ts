import type { LiveInstance } from '../../src/plan/work.js'
import type { ErrorReport } from '../../src/errors.js'
import { quick } from '../steps/activities.js'
import { reportOf } from '../steps/failure.js'
import { conduct, type Conducted, type Ending } from './conduct.js'
import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'

/** Deletions at a time: enough to keep a host busy, few enough not to flood it. */
const PARALLEL = 10

/** Removes all that carries the topology's label, and nothing else. There is no way back, so a failure leaves the rest for the next try. */
export async function destroy(input: OperationInput): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const { topology, revision, hosts } = input
    const { project } = revision.topology
    const owned = await conducted.recorder.step(
      'find what is ours',
      undefined,
      () => quick({ summary: topology }).findOwned({ topology, project, hosts }),
      (found) => `${found.length} instances`,
    )
    if (conducted.steer.aborted)
      return { outcome: 'rolledBack', error: { code: 'ABORTED', message: 'aborted: nothing was removed' } }
    conducted.changes.push(
      ...owned.map(({ resource, name, host }) => ({
        action: 'delete' as const,
        resource,
        instance: name,
        host,
        reasons: ['the topology is destroyed'],
        drift: false,
      })),
    )
    conducted.steer.noReturn = 'instances are being removed'
    const failures = [...(await closePorts(input, conducted)), ...(await deleteAll(input, conducted, owned))]
    if (failures.length === 0) return { outcome: 'succeeded' }
    return {
      outcome: 'needsAttention',
      error: {
        code: 'NEEDS_ATTENTION',
        message: `${failures.length} of ${owned.length} could not be removed: ${failures.map(({ what, error }) => `${what}: ${error.message}`).join('; ')}`,
        hint: 'mend the cause and destroy again: what is gone stays gone',
      },
    }
  })
}

interface Failure {
  what: string
  error: ErrorReport
}

async function closePorts({ topology, revision, hosts }: OperationInput, { recorder }: Conducted): Promise<Failure[]> {
  const { hosts: own, resources } = revision.topology
  const exposing = Object.keys(hosts).filter(
    (host) =>
      own[host] === undefined ||
      Object.values(resources).some(({ expose, on }) => expose.length > 0 && on.includes(host)),
  )
  return collect(exposing, (host) => {
    const via = hosts[host]
    if (via === undefined) throw new Error(`no host ${host}`)
    return recorder.step(`close the public ports on ${host}`, undefined, () =>
      quick({ summary: host }).removeRoutes({ host, via, topology }),
    )
  })
}

async function deleteAll(input: OperationInput, { recorder }: Conducted, owned: LiveInstance[]): Promise<Failure[]> {
  const { hosts } = input
  const { project } = input.revision.topology
  const failures: Failure[] = []
  for (let i = 0; i < owned.length; i += PARALLEL) {
    const some = owned.slice(i, i + PARALLEL)
    const byName = new Map(some.map((instance) => [instance.name, instance]))
    failures.push(
      ...(await collect([...byName.keys()], (name) => {
        const host = byName.get(name)?.host ?? ''
        const via = hosts[host]
        if (via === undefined) throw new Error(`no host ${host}`)
        return recorder.step('delete', name, () =>
          quick({ summary: name }).deleteInstance({ name, host, via, project, topology: input.topology }),
        )
      })),
    )
  }
  return failures
}

/** All of them, and what failed. */
async function collect(names: string[], run: (name: string) => Promise<unknown>): Promise<Failure[]> {
  const ends = await Promise.all(
    names.map(async (what): Promise<Failure[]> => {
      try {
        await run(what)
        return []
      } catch (error) {
        return [{ what, error: reportOf(error) }]
      }
    }),
  )
  return ends.flat()
}
