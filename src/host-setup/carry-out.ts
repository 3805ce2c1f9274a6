import { Cul8erError } from '../errors.js'
import type { SetupCommand } from './command.js'
import type { Machine } from './machine.js'
import type { SetupStep } from './plan.js'

/** A step that ended well. */
export interface DoneStep {
  name: SetupStep['name']
  words: string
  durationMs: number
}

/**
 * Runs the steps of a plan, one after another, up to the first that fails.
 * @param machine - whose programs run as root
 * @throws Cul8erError INCUS, or what a command's own explanation says; as the machine's run does
 */
export async function carryOutSetup(
  machine: Machine,
  steps: readonly SetupStep[],
  { signal, begins, done }: { signal?: AbortSignal; begins: (step: SetupStep) => void; done: (step: DoneStep) => void },
): Promise<DoneStep[]> {
  const ended: DoneStep[] = []
  for (const step of steps) {
    const began = performance.now()
    begins(step)
    for (const command of step.commands) await must(machine, command, { step, ...(signal && { signal }) })
    const { name, words } = step
    ended.push({ name, words, durationMs: Math.round(performance.now() - began) })
    done(ended.at(-1) as DoneStep)
  }
  return ended
}

async function must(
  machine: Machine,
  { argv, input, timeoutMs, isDone, explain }: SetupCommand,
  { step, signal }: { step: SetupStep; signal?: AbortSignal },
): Promise<void> {
  const result = await machine.run(argv, {
    ...(input === undefined ? {} : { input }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (result.exitCode === 0 || isDone?.(result) === true) return
  const known = explain?.(result)
  if (known != null) throw known
  throw new Cul8erError(
    'INCUS',
    `${step.words}: ${argv.slice(0, 3).join(' ')} failed: ${lastOf(result.stderr || result.stdout)}`,
    {
      hint: 'fix the cause on the host, then run this again: what is done already is skipped',
      details: { command: argv.join(' '), exitCode: result.exitCode },
    },
  )
}

const lastOf = (said: string): string =>
  said.trim().split('\n').slice(-3).join('; ').slice(-500) || 'it printed nothing'
