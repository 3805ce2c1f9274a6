import { Refusal, text } from '../texts.js'
import { pairs } from '../words.js'
import type { CarryOut } from './carry-out.js'

export const setConfig: CarryOut = (host, words) => {
  const [name = '', ...assignments] = words.operands
  const instance = host.find(name, words.project)
  const values = pairs(assignments)
  const wrong = checkConfig(values)
  if (wrong !== null) throw new Refusal(`Invalid config: ${wrong}`)
  instance.config = Object.fromEntries(
    Object.entries({ ...instance.config, ...values }).filter(([key, value]) => value !== '' || !(key in values)),
  )
}

export const showConfig: CarryOut = (host, words) => {
  const { config, devices, profiles } = host.find(words.operands[0] ?? '', words.project)
  return `${JSON.stringify({ config, devices, profiles }, null, 2)}\n`
}

/** What Incus would object to; null when nothing. */
export function checkConfig(config: Record<string, string>): string | null {
  const unknown = Object.keys(config).find((key) => !KNOWN.test(key))
  if (unknown !== undefined) return text.unknownKey(unknown)
  const cpu = config['limits.cpu']
  return cpu === undefined || /^(\d+(-\d+)?(,\d+(-\d+)?)*)?$/.test(cpu) ? null : text.badCpu
}

const KNOWN =
  /^(user|environment|limits|boot|security|raw|cloud-init|volatile|image|snapshots|cluster|migration|linux|nvidia|agent)\./
