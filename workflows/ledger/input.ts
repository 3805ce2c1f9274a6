import { declaring } from '../../src/plan/declaring.js'
import type { Revision } from '../../src/plan/model.js'
import { notComeUp } from '../../src/plan/not-come-up.js'
import { withCounts } from '../../src/topology/counts.js'
import { strategyFor } from '../../src/strategies/registry.js'
import { hooksOf } from '../../src/topology/hooks.js'
import type { Approach } from '../../src/topology/model.js'
import { hostsOf, leftSomething } from '../../src/plan/where.js'
import type { LedgerState, OperationInput, OperationRequest, OperationSummary } from '../../src/contracts/index.js'
import { leadsToRevision, revisionOf } from './state.js'

/** What an operation is started with; `state` knows its revision already. */
export function operationInput(
  state: LedgerState,
  request: OperationRequest,
  { number, revision: target, automatic }: OperationSummary,
): OperationInput {
  const known = revisionOf(state, target)
  if (known === null) throw new Error(`no revision ${target}`)
  const { counts } = request
  const revision = counts === undefined ? known : { ...known, topology: withCounts(known.topology, counts) }
  const hooks = hooksOf(request.kind, declaring(request.kind, target, state)?.topology ?? null)
  const { revision: _declared, to: _to, by: _by, notAfter: _end, requestId, ...asked } = request
  const { kind, without } = asked
  return {
    topology: state.topology,
    number,
    requestId,
    request: asked,
    revision,
    base: revisionOf(state, state.stable),
    past: pastOf(state),
    hosts: withoutHosts(kind === 'failover' ? ownHosts(state, revision) : hostsOf(state, target), without),
    dirty: state.dirty,
    ...(kind === 'restart' || kind === 'replace' ? { notComeUp: notComeUp(state) } : {}),
    standby: state.standby?.names ?? [],
    ...(automatic === undefined ? {} : { automatic }),
    ...(hooks === null ? {} : { hooks }),
    ...(state.expiresAt === null ? {} : { expiresAt: state.expiresAt }),
  }
}

/** What a standby or an attempt left on other hosts is none of a failover's business: nobody watches whether those are there. */
const ownHosts = (state: LedgerState, { number, topology }: Revision): OperationInput['hosts'] =>
  Object.fromEntries(Object.entries(hostsOf(state, number)).filter(([name]) => topology.hosts[name] !== undefined))

const withoutHosts = (hosts: OperationInput['hosts'], without: readonly string[] = []): OperationInput['hosts'] =>
  Object.fromEntries(Object.entries(hosts).filter(([name]) => !without.includes(name)))

/** Revisions that a payload may carry beside the one that is to be. */
const PAST = 5

/** What live instances may still be at: the last that went well everywhere, the stable one, and attempts since that left something. */
export function pastOf(state: LedgerState): Revision[] {
  const changes = state.history.filter(({ kind }) => leadsToRevision(kind))
  const last = changes.findLastIndex(({ outcome }) => outcome === 'succeeded')
  const attempts = changes
    .slice(last + 1)
    .filter(leftSomething)
    .map(({ revision }) => revision)
  // Named twice, the later place counts.
  const inTime = [...new Set([changes[last]?.revision, state.stable, ...attempts].reverse())].reverse()
  const kept = inTime.flatMap((number) => revisionOf(state, number ?? null) ?? [])
  return kept.filter(({ number }, index) => number === state.stable || index > kept.length - PAST)
}

/** Type of the operation's workflow, as in WorkflowType, or its strategy. */
export function workflowType({ kind }: Pick<OperationRequest, 'kind'>, approach: Approach): string {
  if (kind === 'rollback') return strategyFor(approach, { goesBack: true }).name
  return kind === 'deploy' ? approach : kind
}
