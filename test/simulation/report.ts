import { shrink } from './scenario/shrink.js'
import type { Scenario } from './scenario/model.js'
import { simulate, type Outcome, type SimulateOptions, type Subject } from './simulate.js'

/** A failing scenario as people read it: what went wrong, the smallest scenario that does so, and its trace. */
export async function reportOf(
  scenario: Scenario,
  outcome: Outcome,
  subject: Subject,
  options: SimulateOptions = {},
): Promise<string> {
  const { wrong } = outcome
  if (wrong === null) return `SEED=${scenario.seed}: well (trace ${outcome.hash})`
  const small = await shrink(scenario, async (candidate) => {
    const again = await simulate(candidate, subject, options)
    return again.all.some(({ invariant }) => invariant === wrong.invariant)
  })
  const { trace, wrong: smallWrong } = await simulate(small, subject, options)
  return [
    `SEED=${scenario.seed} (trace ${outcome.hash}): ${wrong.message}`,
    `made smaller (${scenario.commands.length} to ${small.commands.length} commands): ${smallWrong?.message}`,
    ...scenarioLines(small),
    ...(trace.length > MOST_LINES ? [`… ${trace.length - MOST_LINES} lines before`] : []),
    ...trace.slice(-MOST_LINES),
    `replay it with: SEED=${scenario.seed} npx jiti test/simulation/run.ts`,
  ].join('\n')
}

const MOST_LINES = 120

function scenarioLines({ revisions, commands, faults, apps, narrow, canary }: Scenario): string[] {
  const used = new Set(commands.flatMap(({ does }) => (does.kind === 'deploy' ? [does.revision] : [])))
  return [
    ...revisions.flatMap((revision, i) => (used.has(i) ? [`revision ${i}: ${JSON.stringify(revision)}`] : [])),
    ...commands.map(({ when, gapMs, does }) => `${when} +${gapMs / 1000} s: ${JSON.stringify(does)}`),
    `faults ${JSON.stringify(faults)}, apps ${JSON.stringify(apps)}, canaries ${JSON.stringify(canary)}${narrow ? ', narrow' : ''}`,
  ]
}
