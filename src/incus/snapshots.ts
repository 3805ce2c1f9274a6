import type { IncusCommand } from './command.js'
import { inProject, operands, type Where } from './words.js'

/** Keeps the instance's data and its configuration, labels among it. */
export const createSnapshot = (name: string, snapshot: string, where: Where = {}): IncusCommand => ({
  args: ['snapshot', 'create', ...inProject(where), ...operands(name, snapshot)],
})

/**
 * Brings back data and configuration of that moment; a running instance is stopped and started again. When Incus answers
 * "In use" the instance stays stopped, and asking again mends it; stopping it first avoids that.
 */
export const restoreSnapshot = (name: string, snapshot: string, where: Where = {}): IncusCommand => ({
  args: ['snapshot', 'restore', ...inProject(where), ...operands(name, snapshot)],
})

export const deleteSnapshot = (name: string, snapshot: string, where: Where = {}): IncusCommand => ({
  args: ['snapshot', 'delete', ...inProject(where), ...operands(name, snapshot)],
})
