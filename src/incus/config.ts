import type { IncusCommand } from './command.js'
import { assignments, inProject, operands, type Where } from './words.js'

/** Sets several keys in one call, all or none; an empty value removes its key, whether it was set or not. */
export const setConfig = (name: string, values: Record<string, string>, where: Where = {}): IncusCommand => ({
  args: ['config', 'set', ...inProject(where), ...operands(name, ...assignments(values))],
})
