import type { InstanceType } from '../topology/model.js'
import type { IncusCommand } from './command.js'
import { assignments, inProject, operands, when, type Where } from './words.js'

export interface CreateOptions extends Where {
  image: string
  name: string
  type?: InstanceType
  config?: Record<string, string>
  /** With a `type`: a new device. Without: keys that override the device of that name in the profiles, such as root's size. */
  devices?: Record<string, Record<string, string>>
  profiles?: string[]
  pool?: string
  description?: string
}

/** `incus create`: the instance exists afterwards and is stopped. */
export const createInstance = (options: CreateOptions): IncusCommand => creation('create', options)

/** `incus launch`: the instance exists afterwards and runs. */
export const launchInstance = (options: CreateOptions): IncusCommand => creation('launch', options)

function creation(verb: 'create' | 'launch', options: CreateOptions): IncusCommand {
  const devices = Object.entries(options.devices ?? {})
  const added = devices.filter(([, keys]) => 'type' in keys)
  const overridden = devices.filter(([, keys]) => !('type' in keys))
  return {
    args: [
      verb,
      '--quiet',
      ...inProject(options),
      ...when(options.type === 'vm', '--vm'),
      ...(options.profiles ?? []).flatMap((profile) => [`--profile=${profile}`]),
      ...(options.pool === undefined ? [] : [`--storage=${options.pool}`]),
      ...(options.description === undefined ? [] : [`--description=${options.description}`]),
      ...assignments(options.config ?? {}).flatMap((word) => ['-c', word]),
      ...overridden.flatMap(([device, keys]) => assignments(keys).flatMap((word) => ['-d', `${device},${word}`])),
      ...operands(options.image, options.name),
    ],
    // `-d` knows only the profiles' devices; new ones come as a document (YAML, of which JSON is a part) on standard input.
    ...(added.length === 0 ? {} : { stdin: text(JSON.stringify({ devices: Object.fromEntries(added) })) }),
  }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
