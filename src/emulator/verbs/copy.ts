import { instanceKey } from '../state.js'
import { Refusal, text } from '../texts.js'
import { pairs } from '../words.js'
import { add, blank, checkName } from './create.js'
import { checkConfig } from './config.js'
import { checkDevice } from './devices.js'
import type { CarryOut } from './carry-out.js'
import { placed, type At } from './placed.js'
import { checkVolume } from './volumes.js'

export const copy: CarryOut = (host, words) => {
  const [[sourceHost, from], [targetHost, to]] = words.operands.map((operand) => placed(host, operand)) as [At, At]
  // Of two hosts, the one that is spoken to is the one that changes.
  if (targetHost !== host) throw new Error('a copy is asked of its target')
  const [name = '', snapshot] = from.split('/')
  const source = sourceHost.find(name, words.project)
  if (sourceHost !== host && source.status === 'Running' && !words.has('stateless')) {
    throw new Refusal(text.copyRunning)
  }
  const origin = snapshot === undefined ? source : source.snapshots.find((s) => s.name === snapshot)
  if (origin === undefined) throw new Refusal(text.noSnapshot(name, snapshot ?? '', words.project))
  checkName(to)
  const existing = host.state.instances[instanceKey(to, words.project)]
  const refreshed = words.has('refresh') ? existing : undefined
  const { config, devices, data } = structuredClone(origin)
  const changes = pairs(words.values('config'))
  const added = deviceKeys(words.values('device'))
  const wrong = checkConfig(changes)
  if (wrong !== null) throw new Refusal(`Failed creating instance record: ${wrong}`)
  Object.entries(added).forEach(([device, keys]) => {
    // A copy's new device stands alone: without a type it is none.
    if (devices[device] === undefined && keys.type === undefined) {
      throw new Refusal('Failed creating instance record: Invalid device type ""')
    }
    checkDevice(device, { ...devices[device], ...keys })
  })
  Object.entries(devices).forEach(([device, keys]) => checkVolume(host, words.project, device, keys))
  const made = {
    ...(refreshed ?? blank(host, to, words.project, source.type)),
    config: { ...config, ...changes },
    devices: {
      ...devices,
      ...Object.fromEntries(Object.entries(added).map(([d, keys]) => [d, { ...devices[d], ...keys }])),
    },
    data,
    snapshots: words.has('instance-only') || snapshot !== undefined ? [] : structuredClone(source.snapshots),
  }
  if (refreshed === undefined) add(host, made)
  else Object.assign(refreshed, made)
}

/** On one host a move is a rename. */
export const move: CarryOut = (host, words) => {
  const [from = '', to = ''] = words.operands
  const source = host.state.instances[instanceKey(from, words.project)]
  if (source === undefined) throw new Refusal(text.noInstanceToRename)
  if (source.status === 'Running') throw new Refusal(text.renameRunning)
  checkName(to)
  if (host.state.instances[instanceKey(to, words.project)] !== undefined) {
    throw new Refusal(`Name "${to}" already in use`)
  }
  delete host.state.instances[instanceKey(from, words.project)]
  host.state.instances[instanceKey(to, words.project)] = { ...source, name: to }
}

function deviceKeys(words: string[]): Record<string, Record<string, string>> {
  const devices: Record<string, Record<string, string>> = {}
  for (const word of words) {
    const comma = word.indexOf(',')
    const device = word.slice(0, comma)
    devices[device] = { ...devices[device], ...pairs([word.slice(comma + 1)]) }
  }
  return devices
}
