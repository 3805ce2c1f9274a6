import { PROFILE_DEVICES } from '../profile.js'
import { Refusal, text } from '../texts.js'
import { pairs } from '../words.js'
import type { CarryOut } from './carry-out.js'
import { checkVolume } from './volumes.js'
import { checkPorts } from './lifecycle.js'

export const addDevice: CarryOut = (host, words) => {
  const [name = '', device = '', type = '', ...assignments] = words.operands
  const instance = host.find(name, words.project)
  if (device in instance.devices) throw new Refusal(text.deviceExists)
  const keys = { type, ...pairs(assignments) }
  checkDevice(device, keys)
  checkVolume(host, words.project, device, keys)
  instance.devices[device] = keys
  if (instance.status !== 'Running') return `Device ${device} added to ${name}\n`
  try {
    checkPorts(host, instance)
  } catch (error) {
    delete instance.devices[device]
    throw error
  }
  return `Device ${device} added to ${name}\n`
}

export const removeDevice: CarryOut = (host, words) => {
  const [name = '', device = ''] = words.operands
  const { devices } = host.find(name, words.project)
  if (!(device in devices)) throw new Refusal(device in PROFILE_DEVICES ? text.profileDeviceRemoved : text.noDevice)
  delete devices[device]
  return `Device ${device} removed from ${name}\n`
}

export const setDevice: CarryOut = (host, words) => {
  const [name = '', device = '', ...assignments] = words.operands
  const { devices } = host.find(name, words.project)
  const found = devices[device]
  if (found === undefined) throw new Refusal(device in PROFILE_DEVICES ? text.profileDeviceSet : text.noDevice)
  devices[device] = Object.fromEntries(
    Object.entries({ ...found, ...pairs(assignments) }).filter(([, value]) => value !== ''),
  )
}

export const overrideDevice: CarryOut = (host, words) => {
  const [name = '', device = '', ...assignments] = words.operands
  const { devices } = host.find(name, words.project)
  if (device in devices) throw new Refusal(text.deviceExists)
  const profile = PROFILE_DEVICES[device]
  if (profile === undefined) throw new Refusal(text.noProfileDevice)
  devices[device] = { ...profile, ...pairs(assignments) }
  return `Device ${device} overridden for ${name}\n`
}

/** @throws Refusal for a type that Incus does not know */
export function checkDevice(device: string, { type = '' }: Record<string, string>): void {
  if (!TYPES.has(type)) throw new Refusal(text.badDeviceType(device))
}

const TYPES = new Set([
  'none',
  'nic',
  'disk',
  'unix-char',
  'unix-block',
  'usb',
  'gpu',
  'infiniband',
  'proxy',
  'tpm',
  'pci',
])
