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
    withinSeeds: 50,
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
    withinSeeds: 50,
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
    withinSeeds: 200,
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
    withinSeeds: 200,
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
    withinSeeds: 200,
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
    withinSeeds: 300,
  },
]
