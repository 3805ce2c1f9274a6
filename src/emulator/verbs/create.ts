import type { EmulatedHost } from '../host.js'
import { EMPTY_INSTANCE_MIB, instanceKey } from '../state.js'
import type { InstanceState } from '../model.js'
import { PROFILE_DEVICES } from '../profile.js'
import { Refusal, text } from '../texts.js'
import { pairs } from '../words.js'
import { checkConfig } from './config.js'
import { checkDevice } from './devices.js'
import { checkVolume } from './volumes.js'
import { useImage } from './images.js'
import { start } from './lifecycle.js'
import type { CarryOut } from './carry-out.js'
import { hasProfile } from './profiles.js'

export const create: CarryOut = (host, words, { stdin }) => {
  const [image = '', name = ''] = words.has('empty') ? ['', ...words.operands] : words.operands
  const type = words.has('vm') ? 'virtual-machine' : 'container'
  const document = readDocument(stdin)
  const devices = { ...document.devices, ...overrides(words.values('device')) }
  const used = words.has('empty') ? { properties: {}, fingerprint: '' } : useImage(host, image, type)
  checkName(name)
  if (type === 'virtual-machine' && !host.state.hardware.vms) throw new Refusal(text.noVms)
  const config = { ...document.config, ...pairs(words.values('config')) }
  const profiles = words.values('profile').length === 0 ? ['default'] : words.values('profile')
  const missing = profiles.find((profile) => !hasProfile(host.state, profile))
  if (missing !== undefined) throw new Refusal(text.noProfileToUse(missing))
  const wrong = checkConfig(config)
  if (wrong !== null) throw new Refusal(`Failed creating instance record: ${wrong}`)
  Object.entries(devices).forEach(([device, keys]) => {
    checkDevice(device, keys)
    checkVolume(host, words.project, device, keys)
  })
  add(host, {
    ...blank(host, name, words.project, type),
    config: {
      ...Object.fromEntries(Object.entries(config).filter(([, value]) => value !== '')),
      ...Object.fromEntries(Object.entries(used.properties).map(([key, value]) => [`image.${key}`, value])),
      'volatile.base_image': used.fingerprint,
    },
    devices,
    profiles,
  })
}

export const launch: CarryOut = async (host, words, input) => {
  await create(host, words, input)
  await start(host, { ...words, operands: words.operands.slice(1) }, input)
}

export const remove: CarryOut = async (host, words) => {
  const [name = ''] = words.operands
  const instance = host.state.instances[instanceKey(name, words.project)]
  if (instance === undefined) throw new Refusal(text.noInstanceToDelete(name, words.project))
  if (instance.status === 'Running' && !words.has('force')) throw new Refusal(text.deleteRunning)
  instance.status = 'Stopped'
  await host.settle(instance, { fresh: false })
  delete host.state.instances[instanceKey(name, words.project)]
}

/** Puts an instance on the host. @throws Refusal when its name is taken or the pool is full */
export function add(host: EmulatedHost, instance: InstanceState): void {
  const key = instanceKey(instance.name, instance.project)
  if (host.state.instances[key] !== undefined) throw new Refusal(text.instanceExists)
  host.claimSpace(EMPTY_INSTANCE_MIB, text.noSpace(instance.name))
  host.state.instances[key] = instance
}

export function blank(host: EmulatedHost, name: string, project: string, type: InstanceState['type']): InstanceState {
  return {
    name,
    project,
    type,
    status: 'Stopped',
    config: {},
    devices: {},
    profiles: ['default'],
    createdAt: new Date().toISOString(),
    number: freeNumber(host),
    snapshots: [],
    data: { files: {}, releases: {} },
  }
}

export function checkName(name: string): void {
  if (name.startsWith('-')) throw new Refusal(text.badNameStart)
  if (!/^[A-Za-z0-9-]+$/.test(name)) throw new Refusal(text.badName)
  if (name.length > 63) throw new Refusal('Invalid instance name: Name must be 1-63 characters long')
}

function freeNumber({ state }: EmulatedHost): number {
  const taken = new Set(Object.values(state.instances).map(({ number }) => number))
  for (let number = 2; number < 254; number++) if (!taken.has(number)) return number
  throw new Refusal('Failed allocating an address: an emulated host holds 252 instances')
}

function overrides(words: string[]): Record<string, Record<string, string>> {
  const devices: Record<string, Record<string, string>> = {}
  for (const word of words) {
    const device = word.slice(0, word.indexOf(','))
    const profile = PROFILE_DEVICES[device]
    if (profile === undefined) throw new Refusal(text.notOverridable(device))
    devices[device] = { ...(devices[device] ?? profile), ...pairs([word.slice(word.indexOf(',') + 1)]) }
  }
  return devices
}

interface Document {
  config: Record<string, string>
  devices: Record<string, Record<string, string>>
}

// Incus takes YAML here; the builders send JSON, which is a part of it.
function readDocument(stdin: Uint8Array): Document {
  const found = stdin.length === 0 ? {} : (JSON.parse(new TextDecoder().decode(stdin)) as Partial<Document>)
  return { config: found.config ?? {}, devices: found.devices ?? {} }
}
