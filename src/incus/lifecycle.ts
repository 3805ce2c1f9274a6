import type { IncusCommand } from './command.js'
import { inProject, operands, when, type Where } from './words.js'

export interface StopOptions extends Where {
  /** Seconds a clean shutdown may take before the command fails; absent: no limit. */
  timeoutS?: number
  /** Do not ask, end it. */
  force?: boolean
}

/** ALREADY_EXISTS when it runs already. */
export const startInstance = (name: string, where: Where = {}): IncusCommand => ({
  args: ['start', ...inProject(where), ...operands(name)],
})

/** ALREADY_EXISTS when it is stopped already. */
export const stopInstance = (name: string, options: StopOptions = {}): IncusCommand => ({
  args: ['stop', ...inProject(options), ...ending(options), ...operands(name)],
})

/** Removes it with its snapshots; without `force` a running one is refused (IN_USE). */
export const deleteInstance = (name: string, { force, ...where }: Where & { force?: boolean } = {}): IncusCommand => ({
  args: ['delete', ...inProject(where), ...when(force, '--force'), ...operands(name)],
})

const ending = ({ timeoutS, force }: StopOptions): string[] => [
  ...(timeoutS === undefined ? [] : [`--timeout=${Math.max(1, Math.ceil(timeoutS))}`]),
  ...when(force, '--force'),
]
