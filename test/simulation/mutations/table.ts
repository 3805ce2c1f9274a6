import type { Replacement } from './replacement.js'

/** A fix taken out again: the simulation has to notice it. */
export interface Mutation {
  name: string
  /** What goes wrong without the fix. */
  about: string
  /** Number of the defect in the list that the rewrite of the engine began with, where it is one of them. */
  defect?: number
  /**
   * What takes the fix out, in sources of workflows or of what activities decide by. Empty: today's code has no such fix, so it is
   * the mutant itself.
   */
  replacements: Replacement[]
  /** Invariants of which one must notice it. */
  foundBy: string[]
  /** Within so many seeds, from `from` on (1). */
  withinSeeds: number
  from?: number
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'no-lock',
    about: 'the ledger starts an operation while another is open',
    replacements: [
      {
        file: 'workflows/ledger/state.ts',
        replace: "if (current !== null && current.kind !== 'cleanup') {",
        by: 'if (current !== null && current.kind === undefined) {',
      },
      {
        file: 'workflows/ledger/ledger.ts',
        replace: 'await condition(() => running === null)\n      const report',
        by: 'const report',
      },
    ],
    foundBy: ['one-operation'],
    withinSeeds: 100,
  },
  {
    name: 'replaces-stateful',
    about: 'a stateful instance is replaced without force',
    replacements: [{ file: 'src/plan/refusals.ts', replace: 'if (!force) {', by: 'if (force && !force) {' }],
    foundBy: ['keeps-stateful-data'],
    withinSeeds: 100,
  },
  {
    name: 'strangers-are-ours',
    about: 'a copy that somebody made is taken for an instance of ours',
    replacements: [
      {
        file: 'src/plan/ours.ts',
        replace: 'return slot === undefined ? [] : [{ ...instance, labels: { ...labels, slot } }]',
        by: "return [{ ...instance, labels: { ...labels, slot: slot ?? '' } }]",
      },
    ],
    foundBy: ['spares-bystanders'],
    withinSeeds: 100,
  },
  {
    name: 'restores-served-data',
    about: 'an undo restores the snapshot of an instance that took traffic since',
    replacements: [
      {
        file: 'workflows/steps/instance.ts',
        replace: "run.strategy.rollback.snapshot === 'auto' && run.oldSpec(from) !== null",
        by: 'run.strategy.rollback.snapshot === undefined && run.oldSpec(from) !== null',
      },
    ],
    foundBy: ['keeps-writes'],
    withinSeeds: 100,
  },
  {
    name: 'undo-while-neighbours-work',
    about: 'an undo begins while other instances of the batch are still being changed',
    replacements: [
      {
        file: 'workflows/strategies/batches.ts',
        replace: 'const ends = await Promise.allSettled(batch.map((work) => carryOut(run, work)))',
        by: `const ends = await Promise.all(batch.map((work) => carryOut(run, work))).then((all) =>
          all.map((value) => ({ status: 'fulfilled', value }) as PromiseSettledResult<void>))`,
      },
    ],
    foundBy: ['before-after-or-dirty', 'nothing-unknown', 'no-internal-error', 'rolled-back-serves'],
    withinSeeds: 100,
  },
  {
    name: 'undo-after-the-step',
    about: 'the undo of a creation is registered when it has answered',
    replacements: [
      {
        file: 'workflows/steps/instance.ts',
        replace: "run.undos.push({ kind: 'delete', name, host, resource, index, slot })\n",
        by: '',
      },
      {
        file: 'workflows/steps/instance.ts',
        replace: 'if (needsInstall(spec)) await install(run, spec, { fresh: true })',
        by: `run.undos.push({ kind: 'delete', name, host, resource, index, slot })
  if (needsInstall(spec)) await install(run, spec, { fresh: true })`,
      },
    ],
    foundBy: ['before-after-or-dirty', 'nothing-unknown'],
    withinSeeds: 100,
  },
  {
    name: 'abort-leaves-steps-running',
    about: 'an aborted step goes on while it is undone already',
    replacements: [
      {
        file: 'workflows/steps/activities.ts',
        replace: "const TO_ITS_END = { cancellationType: 'WAIT_CANCELLATION_COMPLETED' } as const",
        by: "const TO_ITS_END = { cancellationType: 'TRY_CANCEL' } as const",
      },
    ],
    foundBy: ['before-after-or-dirty', 'nothing-unknown'],
    withinSeeds: 100,
  },

  /* Defects of the code as it is: each gets its replacements together with its fix. */
  {
    name: 'continues-as-new-amid-a-request',
    about: 'continue-as-new in the task that brings a request leaves an operation that nobody follows',
    defect: 1,
    replacements: [],
    foundBy: ['current-iff-open'],
    withinSeeds: 1_000,
  },
  {
    name: 'timer-beside-a-request',
    about: 'what is due by time begins although an operation is open',
    defect: 2,
    replacements: [],
    foundBy: ['one-operation'],
    withinSeeds: 1_000,
  },
  {
    name: 'snapshot-names-repeat',
    about: 'an undo restores a snapshot of long ago that has the name of a new one',
    defect: 3,
    replacements: [],
    foundBy: ['keeps-writes'],
    withinSeeds: 1_000,
  },
  {
    name: 'cancelled-ledger-ends',
    about: 'a cancelled ledger ends, and what it knew is lost',
    defect: 4,
    replacements: [],
    foundBy: ['nothing-unknown'],
    withinSeeds: 1_000,
  },
  {
    name: 'rename-to-an-equal-name',
    about: 'a rename to a name that Incus cannot tell from the old one deletes a live instance first',
    defect: 5,
    replacements: [],
    foundBy: ['keeps-stateful-data', 'before-after-or-dirty'],
    withinSeeds: 1_000,
  },
  {
    name: 'leftover-is-the-original',
    about: 'a rollback deletes the stopped original of a forced replacement',
    defect: 6,
    replacements: [],
    foundBy: ['keeps-stateful-data'],
    withinSeeds: 1_000,
  },
  {
    name: 'replicas-delete-data',
    about: 'replicas that are added to a stateful resource delete its data',
    defect: 7,
    replacements: [],
    foundBy: ['keeps-stateful-data'],
    withinSeeds: 1_000,
  },
  {
    name: 'import-is-not-checked',
    about: 'an imported state breaks the ledger, or destroys at once',
    defect: 8,
    replacements: [],
    foundBy: ['no-task-fails', 'destroyed-on-request'],
    withinSeeds: 1_000,
  },
  {
    name: 'starts-after-the-command-gave-up',
    about: 'a request is carried out after its end time',
    defect: 9,
    replacements: [],
    foundBy: ['starts-in-time'],
    withinSeeds: 1_000,
  },
  {
    name: 'request-is-forgotten',
    about: 'a repeated request starts a second operation',
    defect: 9,
    replacements: [],
    foundBy: ['starts-once'],
    withinSeeds: 1_000,
  },
  {
    name: 'canary-left-by-its-neighbour',
    about: 'a failure while another canary is being made leaves a running one',
    defect: 10,
    replacements: [],
    foundBy: ['before-after-or-dirty', 'nothing-unknown', 'serves-the-right-role'],
    withinSeeds: 1_000,
  },
  {
    name: 'new-replica-in-a-canary',
    about: 'a new replica serves the new version at full weight during a canary',
    defect: 11,
    replacements: [],
    foundBy: ['canary-share'],
    withinSeeds: 1_000,
  },
  {
    name: 'dirty-comes-back',
    about: 'restore and cleanup let a dirty instance into the traffic',
    defect: 12,
    replacements: [],
    foundBy: ['dirty-stays-out'],
    withinSeeds: 1_000,
  },
  {
    name: 'one-failed-removal',
    about: 'a removal that fails lets a standby be forgotten',
    defect: 13,
    replacements: [],
    foundBy: ['nothing-unknown'],
    withinSeeds: 1_000,
  },
  {
    name: 'rollback-by-number',
    about: 'a rollback goes by numbers and not by time',
    defect: 14,
    replacements: [],
    foundBy: ['rolls-back-in-time'],
    withinSeeds: 1_000,
  },
  {
    name: 'absence-of-a-worker',
    about: 'an operation is rolled back because no worker was there for a while',
    defect: 15,
    replacements: [],
    foundBy: ['undisturbed-succeeds'],
    withinSeeds: 1_000,
  },
  {
    name: 'restores-without-a-stable-revision',
    about: 'an undo restores snapshots over later writes where no stable revision declares the instance',
    defect: 16,
    replacements: [],
    foundBy: ['keeps-writes'],
    withinSeeds: 1_000,
  },
  {
    name: 'pause-in-wide-operations',
    about: 'a pause does not hold within a slice',
    defect: 17,
    replacements: [],
    foundBy: ['pause-holds'],
    withinSeeds: 3_000,
  },
]
