import type { Scenario } from '../scenario/model.js'
import {
  copyCutOff,
  copyRestored,
  dataCutOff,
  drained,
  notStarted,
  originalRebooted,
  originalReturns,
  standbyLost,
  staleReplicas,
} from '../scenario/host-cases.js'
import type { Replacement } from './replacement.js'
import {
  abortedRestart,
  heldReplacement,
  lostCanary,
  lostRemoval,
  restoreBesideDirty,
  rollbackOverFailure,
  snapshotOfOneDeleted,
  twoOperations2,
  undoWithoutHost,
} from './scenarios.js'

/** A fix taken out again: the simulation has to notice it. */
export interface Mutation {
  name: string
  /** What goes wrong without the fix. */
  about: string
  /** Number of the defect in the list that the rewrite of the engine began with, where it is one of them. */
  defect?: number
  /** What takes the fix out, in sources of workflows or of what activities decide by. */
  replacements: Replacement[]
  /** Invariants of which one must notice it. */
  foundBy: string[]
  /** Within so many seeds, from `from` on (1). */
  withinSeeds?: number
  from?: number
  /** In the place of seeds, where none leads there or hardly any. */
  scenario?: Scenario
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'no-lock',
    about: 'the ledger starts an operation while another is open',
    replacements: [
      {
        file: 'workflows/ledger/refusals.ts',
        replace: 'if (state.current !== null) return inProgress(state.topology, state.current, nowMs)',
        by: 'void nowMs',
      },
      {
        file: 'workflows/ledger/ledger.ts',
        replace: 'if (this.unsure || current === null || !isBusy(this.state)) return null',
        by: 'if (this.unsure || current === null || topology !== undefined) return null',
      },
    ],
    foundBy: ['one-operation'],
    withinSeeds: 1,
  },
  {
    name: 'slices-outlive-their-operation',
    about: 'a slice of an operation that was terminated goes on removing while the next one runs',
    replacements: [
      {
        file: 'workflows/engine/slices.ts',
        replace: 'parentClosePolicy: ParentClosePolicy.TERMINATE,',
        by: 'parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,',
      },
    ],
    foundBy: ['one-operation'],
    scenario: lostRemoval,
  },
  {
    name: 'renews-while-following',
    about: 'the ledger continues as new while an operation is open, and follows nobody afterwards',
    defect: 1,
    replacements: [
      {
        file: 'workflows/ledger/next.ts',
        replace: 'if (state.current !== null || queue.length > 0 || now.asked) return null',
        by: `if (now.renewal && queue.length === 0) return { do: 'renew' }
  if (state.current !== null || queue.length > 0 || now.asked) return null`,
      },
      {
        file: 'workflows/ledger/ledger.ts',
        replace: 'if (this.state.current !== null) await this.adopt(this.state.current)',
        by: '',
      },
    ],
    foundBy: ['current-iff-open', 'comes-to-an-end'],
    from: 2,
    withinSeeds: 1,
  },
  {
    name: 'due-beside-a-request',
    about: 'what is due begins beside the operation of a request',
    defect: 2,
    replacements: [
      {
        file: 'workflows/ledger/next.ts',
        replace: 'if (state.current !== null || queue.length > 0 || now.asked) return null',
        by: 'if (queue.length > 0 || now.asked) return null',
      },
    ],
    foundBy: ['one-operation'],
    withinSeeds: 1,
  },
  {
    name: 'cancel-ends-the-ledger',
    about: 'a cancel in the Web UI ends the ledger while instances exist',
    defect: 4,
    replacements: [
      {
        file: 'workflows/ledger/ledger.ts',
        replace:
          'if (desired === null && current === null && this.inbox.items.length === 0 && allHandlersFinished()) {',
        by: 'if (this.inbox.items.length === 0 && allHandlersFinished()) {',
      },
    ],
    foundBy: ['nothing-unknown', 'one-operation'],
    from: 32,
    withinSeeds: 1,
  },
  {
    name: 'deletes-stateful',
    about: 'a deletion is not looked at for data: of a replica, a resource, or what has another name now',
    defect: 7,
    replacements: [
      {
        file: 'src/plan/refusals.ts',
        replace: "if (from === null || (action !== 'replace' && action !== 'delete')) return []",
        by: "if (from === null || action !== 'replace') return []",
      },
    ],
    foundBy: ['keeps-stateful-data'],
    from: 75,
    withinSeeds: 1,
  },
  {
    name: 'replaces-stateful',
    about: 'a stateful instance is replaced without force',
    replacements: [
      {
        file: 'src/plan/refusals.ts',
        replace: 'if (force) return [...losses',
        by: 'if (force || all.length > 0) return [...losses',
      },
    ],
    foundBy: ['keeps-stateful-data'],
    from: 58,
    withinSeeds: 1,
  },
  {
    name: 'imports-the-past',
    about: 'a ttl that was over before its file was imported destroys at once',
    defect: 8,
    replacements: [
      {
        file: 'workflows/ledger/import.ts',
        replace: '...times,',
        by: '',
      },
    ],
    foundBy: ['destroyed-on-request'],
    from: 1533,
    withinSeeds: 1,
  },
  {
    name: 'starts-too-late',
    about: 'a request is carried out after its command has given up',
    defect: 9,
    replacements: [
      {
        file: 'workflows/ledger/ledger.ts',
        replace: 'isExpired(request, Date.now()) ? expired(request, Date.now()) : null',
        by: 'null',
      },
    ],
    foundBy: ['starts-in-time'],
    from: 13,
    withinSeeds: 1,
  },
  {
    name: 'undo-while-neighbours-work',
    about: 'an undo begins while other instances of the stage, canaries among them, are still being changed',
    defect: 10,
    replacements: [
      {
        file: 'workflows/concurrency.ts',
        replace: `const [end] = await settleAll([each(next.value)])
      if (end !== undefined) ends.set(next.value, end)`,
        by: 'ends.set(next.value, { value: await each(next.value) })',
      },
      {
        file: 'workflows/concurrency.ts',
        replace: 'await all(Array.from({ length: Math.min(atOnce, items.length) }, runner))',
        by: 'await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, runner))',
      },
    ],
    foundBy: ['before-after-or-dirty', 'nothing-unknown', 'no-internal-error', 'rolled-back-serves', 'keeps-writes'],
    from: 47,
    withinSeeds: 1,
  },
  {
    name: 'replicas-before-the-canary',
    about: 'new replicas serve the new version at full weight while the canary is on trial',
    defect: 11,
    replacements: [
      {
        file: 'src/strategies/canary.ts',
        replace: "tried.includes(w) || (w.action === 'create' && resources.includes(w.resource))",
        by: 'tried.includes(w)',
      },
    ],
    foundBy: ['canary-share'],
    from: 1563,
    withinSeeds: 1,
  },
  {
    name: 'removals-stop',
    about: 'one failed removal keeps the others, and the end of the operation, from being written down',
    defect: 13,
    replacements: [
      {
        file: 'workflows/engine/interpreter.ts',
        replace: "goOn: () => !failed || onFailure !== 'stop'",
        by: 'goOn: () => !failed',
      },
      {
        file: 'workflows/engine/interpreter.ts',
        replace:
          "if (onFailure === 'stop' || (onFailure === 'warn' && !run.committed && isCancellation(end.error))) throw end.error",
        by: "if (onFailure !== 'ignore' && direction === 'forward') throw end.error",
      },
    ],
    foundBy: ['before-after-or-dirty', 'nothing-unknown'],
    from: 253,
    withinSeeds: 1,
  },
  {
    name: 'gives-up-on-workers',
    about: 'an operation is rolled back because no worker was there for a while',
    defect: 15,
    replacements: [
      {
        file: 'workflows/engine/activities.ts',
        replace: 'startToCloseTimeout: attemptMs,',
        by: 'startToCloseTimeout: attemptMs,\n  scheduleToCloseTimeout: attemptMs,',
      },
    ],
    foundBy: ['undisturbed-succeeds'],
    from: 66,
    withinSeeds: 1,
  },
  {
    name: 'restores-served-data',
    about: 'an undo restores the snapshot of an instance that took traffic since',
    defect: 16,
    replacements: [
      {
        file: 'src/steps/healthy.ts',
        replace: "strategyOf(view).rollback.snapshot === 'auto' &&",
        by: "strategyOf(view).rollback.snapshot === 'never' &&",
      },
    ],
    foundBy: ['keeps-writes'],
    from: 44,
    withinSeeds: 1,
  },
  {
    name: 'slices-do-not-pause',
    about: 'a pause is ignored in wide operations',
    defect: 17,
    replacements: [
      { file: 'workflows/engine/slices.ts', replace: '() => passOn(run, child),', by: '() => Promise.resolve(),' },
      {
        file: 'workflows/engine/interpreter.ts',
        replace: 'await run.steer.gate()\n    if (!run.committed)',
        by: 'if (!part.apart) await run.steer.gate()\n    if (!run.committed)',
      },
    ],
    foundBy: ['pause-holds'],
    from: 114,
    withinSeeds: 1,
  },
  {
    name: 'strangers-are-ours',
    about: 'a copy that somebody made is taken for an instance of ours',
    replacements: [
      {
        file: 'src/plan/ours.ts',
        replace: 'return color === undefined ? [] : [{ ...instance, labels: { ...labels, color } }]',
        by: "return [{ ...instance, labels: { ...labels, color: color ?? '' } }]",
      },
    ],
    foundBy: ['spares-bystanders'],
    from: 118,
    withinSeeds: 1,
  },
  {
    name: 'dirty-before-it-begins',
    about: 'an instance that an abort left alone counts as half changed',
    replacements: [
      {
        file: 'workflows/engine/interpreter.ts',
        replace: 'refuseAborted()\n  if (key !== null) run.dirty.add(key)',
        by: 'if (key !== null) run.dirty.add(key)',
      },
    ],
    foundBy: ['abort-takes-back'],
    from: 1452,
    withinSeeds: 1,
  },
  {
    name: 'undo-after-the-step',
    about: 'a compensation is registered when its step has answered',
    replacements: [
      {
        file: 'workflows/engine/interpreter.ts',
        replace: 'if (before != null) run.compensations.register(before)\n  const words',
        by: 'const words',
      },
      {
        file: 'workflows/engine/interpreter.ts',
        replace: 'const after = registers ?',
        by: 'if (before != null) run.compensations.register(before)\n  const after = registers ?',
      },
    ],
    foundBy: ['before-after-or-dirty', 'nothing-unknown', 'serves-the-right-role', 'rolled-back-serves'],
    from: 41,
    withinSeeds: 1,
  },
  {
    name: 'abort-leaves-steps-running',
    about: 'an aborted step goes on while it is undone already',
    replacements: [
      {
        file: 'workflows/engine/activities.ts',
        replace: "const TO_ITS_END = { cancellationType: 'WAIT_CANCELLATION_COMPLETED' } as const",
        by: "const TO_ITS_END = { cancellationType: 'TRY_CANCEL' } as const",
      },
    ],
    foundBy: ['before-after-or-dirty', 'nothing-unknown'],
    from: 167,
    withinSeeds: 1,
  },
  {
    name: 'snapshots-by-number',
    about:
      'a ledger that was lost counts from 1 again, and an undo restores the snapshot of an operation of the same number',
    defect: 3,
    replacements: [
      {
        file: 'src/naming/snapshot-names.ts',
        replace: 'return `pre-deploy-${operation}-${unique}`',
        by: 'return `pre-deploy-${operation}`',
      },
      { file: 'workflows/ledger/ledger.ts', replace: 'this.state = above(this.state, found)', by: '' },
    ],
    foundBy: ['keeps-writes'],
    scenario: twoOperations2,
  },
  {
    name: 'forgets-what-serves',
    about: 'what an earlier operation left is removed while the edge gives it requests',
    replacements: [
      {
        file: 'src/plan/traffic-now.ts',
        replace: 'members: [...members, ...leftOver]',
        by: 'members',
      },
    ],
    foundBy: ['drains-before-removal'],
    scenario: lostCanary,
  },
  {
    name: 'forgets-the-original',
    about: 'a rollback takes what a held operation put aside for left over, and deletes it with its data',
    defect: 6,
    replacements: [
      {
        file: 'src/plan/places.ts',
        replace: 'const stateful = group.filter(({ labels }) => labels.stateful === true)',
        by: 'const stateful: Ours[] = []',
      },
      {
        file: 'src/plan/leftovers.ts',
        replace: '(isProven(i) || isOnlyOne(i))',
        by: "i.labels.role === 'live'",
      },
    ],
    foundBy: ['keeps-stateful-data'],
    scenario: heldReplacement,
  },
  {
    name: 'dirty-comes-back',
    about: 'a restore puts what another operation left half changed back into rotation',
    defect: 12,
    replacements: [
      {
        file: 'workflows/operations/run-of.ts',
        replace: 'trafficFound(revision.topology, live, input.dirty)',
        by: 'trafficNow(revision.topology, live)',
      },
      {
        file: 'src/plan/traffic-now.ts',
        replace: 'i.drained === true || isDirty(dirty, i)',
        by: 'isDirty(dirty, i)',
      },
    ],
    foundBy: ['dirty-stays-out'],
    scenario: restoreBesideDirty,
  },
  {
    name: 'rolls-back-by-number',
    about:
      'a rollback goes to the number before the stable one, also when that was left by a rollback or was never stable',
    defect: 14,
    replacements: [
      {
        file: 'src/plan/revisions.ts',
        replace: 'return stableBefore.at(-1) ?? null',
        by: 'return stableBefore.length === 0 || stable === null ? null : stable - 1',
      },
    ],
    foundBy: ['rolls-back-in-time'],
    scenario: rollbackOverFailure,
  },
  {
    name: 'prunes-what-is-needed',
    about: 'with keepSnapshots 0 the snapshot goes that an undo could not restore',
    defect: 20,
    replacements: [{ file: 'src/steps/prune.ts', replace: 'skip: ({ at }, { dirty }) => isDirty(dirty, at),', by: '' }],
    foundBy: ['keeps-needed-snapshot'],
    scenario: undoWithoutHost,
  },
  {
    name: 'restarts-under-requests',
    about: 'a restart stops an instance while the edge gives it requests',
    replacements: [{ file: 'src/strategies/restart.ts', replace: "{ kind: 'drain', at: from, from },", by: '' }],
    foundBy: ['drains-before-restart'],
    from: 7,
    withinSeeds: 1,
  },
  {
    name: 'restarts-out-of-rotation',
    about: 'what was restarted stays out of the traffic',
    replacements: [
      {
        file: 'src/strategies/restart.ts',
        replace: "...(comesBack ? [{ kind: 'admit' as const, at: from, from }] : []),",
        by: '...(comesBack ? [] : []),',
      },
    ],
    foundBy: ['restart-keeps-serving'],
    from: 7,
    withinSeeds: 1,
  },
  {
    name: 'restarts-all-at-once',
    about: 'a restart takes all instances out at once, however many it may',
    replacements: [
      {
        file: 'src/plan/batches.ts',
        replace: "new Set(['update', 'replace', 'restart'])",
        by: "new Set(['update', 'replace'])",
      },
      {
        file: 'src/strategies/restart.ts',
        replace: 'batchesOf(changes, { resources: topology.resources, maxParallel })',
        by: 'batchesOf(changes, { resources: topology.resources, maxParallel: maxParallel + 98 })',
      },
    ],
    foundBy: ['restart-leaves-one-serving'],
    from: 7,
    withinSeeds: 1,
  },
  {
    name: 'restarts-in-words-only',
    about: 'a restart of an instance with a release is skipped, as that of an update is',
    replacements: [
      {
        file: 'src/steps/restart.ts',
        replace: 'from === undefined && specOf(view, at, before).release !== null',
        by: 'specOf(view, at, before).release !== null',
      },
    ],
    foundBy: ['restarted-runs'],
    from: 14,
    withinSeeds: 1,
  },
  {
    name: 'aborted-restart-stays-stopped',
    about: 'an abort leaves the instances stopped that it found in the middle of a restart',
    replacements: [
      {
        file: 'workflows/operations/restart.ts',
        replace: "(aborted || undo.kind === 'readmit')",
        by: "undo.kind === 'readmit'",
      },
    ],
    foundBy: ['abort-takes-back'],
    scenario: abortedRestart,
  },
  {
    name: 'restart-leads-to-a-revision',
    about: 'the ledger takes what was restarted for what shall be',
    replacements: [
      {
        file: 'workflows/ledger/state.ts',
        replace: "kind === 'deploy' || kind === 'rollback'",
        by: "kind === 'deploy' || kind === 'rollback' || kind === 'restart'",
      },
    ],
    foundBy: ['restart-keeps-revisions'],
    from: 28,
    withinSeeds: 1,
  },
  {
    name: 'snapshots-of-some',
    about: 'what was taken stays when the rest cannot be taken',
    replacements: [
      {
        file: 'workflows/operations/snapshot.ts',
        replace: 'compensationOf(run.compensations.all, SNAPSHOTS_AT_ONCE)',
        by: 'compensationOf([], SNAPSHOTS_AT_ONCE)',
      },
    ],
    foundBy: ['snapshot-of-all-or-none'],
    from: 112,
    withinSeeds: 1,
  },
  {
    name: 'snapshots-count-as-taken',
    about: 'a snapshot that was there before is taken for the one that was asked for',
    replacements: [
      {
        file: 'src/strategies/snapshot.ts',
        replace: 'if (having.length > 0) return { refusal: taken(name, having) }',
        by: 'void taken',
      },
    ],
    foundBy: ['snapshot-of-all-or-none'],
    from: 337,
    withinSeeds: 1,
  },
  {
    name: 'deletes-snapshots-of-others',
    about: 'the snapshots of all resources are deleted where one was named',
    replacements: [
      {
        file: 'src/strategies/snapshot.ts',
        replace: 'chosen(all, resource === undefined ? [] : [resource])',
        by: 'chosen(all, resource === undefined || remove ? [] : [resource])',
      },
    ],
    foundBy: ['keeps-named-snapshots'],
    scenario: snapshotOfOneDeleted,
  },
  {
    name: 'prunes-what-people-named',
    about: 'the snapshots that people took are pruned with those of operations',
    replacements: [
      {
        file: 'src/naming/snapshot-names.ts',
        replace: '/^pre-deploy-\\d+(-[0-9a-z]{8})?$/.test(name)',
        by: "name !== ''",
      },
    ],
    foundBy: ['keeps-named-snapshots'],
    from: 150,
    withinSeeds: 1,
  },
  {
    name: 'returned-original-runs-on',
    about: 'an original whose host is back runs on beside the copy that has its place',
    replacements: [
      {
        file: 'src/plan/replication/stale.ts',
        ofActivities: true,
        replace: 'return live.filter((original) =>',
        by: "return live.filter((original) => original.host === '' &&",
      },
    ],
    foundBy: ['one-writer'],
    scenario: originalReturns,
  },
  {
    name: 'rebooted-original-runs',
    about: 'an original that was put aside for a copy is started with its host',
    replacements: [
      {
        file: 'workflows/operations/from-replica.ts',
        replace: "{ kind: 'retire', from, moves: true },",
        by: "{ kind: 'retire', from },",
      },
    ],
    foundBy: ['one-writer'],
    scenario: originalRebooted,
  },
  {
    name: 'runs-a-copy',
    about: 'a copy is started as the copy that it is',
    replacements: [
      {
        file: 'workflows/operations/from-replica.ts',
        replace: "{ kind: 'promote', promotion, ...(oneWayBack ? { oneWayBack } : {}) },",
        by: '',
      },
    ],
    foundBy: ['copies-stand'],
    scenario: copyRestored,
  },
  {
    name: 'two-ways-back',
    about: 'a copy and its original come back by themselves, and know nothing of each other',
    replacements: [
      { file: 'workflows/operations/from-replica.ts', replace: ', ...(oneWayBack ? { oneWayBack } : {})', by: '' },
    ],
    foundBy: ['one-writer'],
    scenario: copyCutOff,
  },
  {
    name: 'color-of-a-lost-standby',
    about: 'what a failover makes has the color of a standby on the host that is gone',
    replacements: [{ file: 'src/plan/plan.ts', replace: ' || unseen.has(name)', by: '' }],
    foundBy: ['serves-the-right-role'],
    scenario: standbyLost,
  },
  {
    name: 'moves-without-the-last',
    about: 'what was written between the last copy and the stop does not come along',
    replacements: [
      {
        file: 'src/strategies/with-data.ts',
        replace: "{ kind: 'copy', from, at, last: true },",
        by: '',
      },
    ],
    foundBy: ['last-write-stays'],
    scenario: drained,
  },
  {
    name: 'fails-over-data',
    about: 'a failover begins anew elsewhere what holds data on a host that lives on',
    replacements: [
      {
        file: 'src/plan/without.ts',
        replace: 'holdsData(resourceOf(revision, replica.resource)) &&',
        by: '!holdsData(resourceOf(revision, replica.resource)) &&',
      },
      {
        file: 'src/plan/plan.ts',
        replace: 'return hosts.length === 0 ? [] : [{ change: w, hosts }]',
        by: 'return hosts.length >= 0 ? [] : [{ change: w, hosts }]',
      },
    ],
    foundBy: ['failover-leaves-data'],
    scenario: dataCutOff,
  },
  {
    name: 'keeps-stale-replicas',
    about: 'what a host that is back still has stays beside what was started elsewhere',
    replacements: [
      {
        file: 'src/plan/leftovers.ts',
        replace: '.filter((i) => !stay.includes(i))',
        by: ".filter((i) => !stay.includes(i) && i.labels.role !== 'live')",
      },
    ],
    foundBy: ['one-of-each'],
    scenario: staleReplicas,
  },
  {
    name: 'stopped-is-as-declared',
    about: 'what its host did not start is not started by a deploy either',
    replacements: [
      {
        file: 'src/plan/compare.ts',
        replace: "observed.status === 'Running' || observed.status === 'Starting'",
        by: "observed.status !== 'Frozen'",
      },
    ],
    foundBy: ['serves-what-runs'],
    scenario: notStarted,
  },
]
