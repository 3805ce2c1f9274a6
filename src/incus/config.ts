import type { IncusCommand } from './command.js'
import { assignments, inProject, operands, type Where } from './words.js'

/** Sets several keys in one call, all or none; an empty value removes its key, whether it was set or not. */
export const setConfig = (name: string, values: Record<string, string>, where: Where = {}): IncusCommand => ({
  args: ['config', 'set', ...inProject(where), ...operands(name, ...assignments(values))],
})

/** Prints the value; an empty line when it is not set. */
export const getConfig = (name: string, key: string, where: Where = {}): IncusCommand => ({
  args: ['config', 'get', ...inProject(where), ...operands(name, key)],
})

/** Removes one key. NOT_FOUND when it is not set: `setConfig` with an empty value is the form that can be repeated. */
export const unsetConfig = (name: string, key: string, where: Where = {}): IncusCommand => ({
  args: ['config', 'unset', ...inProject(where), ...operands(name, key)],
})
