import type { IncusCommand } from './command.js'
import { assignments, inProject, operands, type Where } from './words.js'

type Keys = Record<string, string>

/** Adds a device; `type` is among its keys. A device of the profiles under that name is replaced. */
export const addDevice = (
  name: string,
  device: string,
  { type = '', ...keys }: Keys,
  where: Where = {},
): IncusCommand => ({
  args: ['config', 'device', 'add', ...inProject(where), ...operands(name, device, type, ...assignments(keys))],
})

export const removeDevice = (name: string, device: string, where: Where = {}): IncusCommand => ({
  args: ['config', 'device', 'remove', ...inProject(where), ...operands(name, device)],
})

/** Changes keys of a device that the instance has itself; refused for a profile's device. */
export const setDevice = (name: string, device: string, keys: Keys, where: Where = {}): IncusCommand => ({
  args: ['config', 'device', 'set', ...inProject(where), ...operands(name, device, ...assignments(keys))],
})

/** Copies a profile's device into the instance with some keys changed; ALREADY_EXISTS when that was done before. */
export const overrideDevice = (name: string, device: string, keys: Keys, where: Where = {}): IncusCommand => ({
  args: ['config', 'device', 'override', ...inProject(where), ...operands(name, device, ...assignments(keys))],
})
