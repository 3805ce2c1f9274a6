import type { Proven } from '../contracts/index.js'
import { stepKind } from './kind.js'
import { hostAt, type View } from './view.js'

/**
 * An app may die after it was found healthy, while the operation is busy with others: before it says that all is well, all that
 * it proved must still answer.
 */
export const recheck = stepKind({
  kind: 'recheck',
  words: () => 'recheck health',
  instance: () => null,
  skip: (_step, view) => probed(view).length === 0,
  sideBySide: true,
  calls: (_step, view) => {
    const all = probed(view)
    return [...new Set(all.map(({ spec }) => spec.host))].map((host) => {
      const instances = all.filter(({ spec }) => spec.host === host)
      return {
        activity: 'confirmHealthy',
        input: { ...hostAt(view, host), instances },
        pace: 'waiting',
        waitMs: Math.max(...instances.map(({ spec }) => spec.healthcheck?.deadlineMs ?? 0)),
        summary: `${instances.length} on ${host}`,
      }
    })
  },
  foreseen: (_step, { revision }) =>
    Object.values(revision.topology.resources).some(({ healthcheck }) => healthcheck !== null),
  commands: () => [],
})

const probed = ({ proven }: View): Proven[] => [...proven.values()].filter(({ spec }) => spec.healthcheck !== null)
