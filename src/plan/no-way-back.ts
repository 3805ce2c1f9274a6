import type { ErrorReport } from '../errors.js'

interface Known {
  topology: string
  desired: number | null
  /** Those that are kept. */
  revisions: readonly { number: number }[]
}

/** Why a rollback has nowhere to go: a command says it before it asks, and the ledger before it begins; null: it has. */
export function noWayBack(known: Known, target: number | null): ErrorReport | null {
  const { topology, desired, revisions } = known
  if (desired === null) return nothingThere(known)
  if (target === null) {
    return {
      code: 'UNKNOWN_REVISION',
      message: `${topology} has no stable revision to go back to`,
      hint: `cul8er history ${topology} shows what was deployed`,
    }
  }
  if (revisions.some(({ number }) => number === target)) return null
  return {
    code: 'UNKNOWN_REVISION',
    message: `revision ${target} of ${topology} is not kept`,
    hint: `kept revisions: ${revisions.map(({ number }) => number).join(', ')}`,
  }
}

export const nothingThere = ({ topology }: Pick<Known, 'topology'>): ErrorReport => ({
  code: 'UNKNOWN_TOPOLOGY',
  message: `${topology} is not deployed`,
  hint: 'cul8er state list shows those that are',
})
