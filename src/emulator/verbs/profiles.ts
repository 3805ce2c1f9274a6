import type { EmulatedHost } from '../host.js'
import { Refusal, text } from '../texts.js'
import type { CarryOut } from './carry-out.js'

export const createProfile: CarryOut = ({ state }, words) => {
  const [name = ''] = words.operands
  if (hasProfile(state, name)) throw new Refusal(text.profileExists(name))
  state.profiles = [...(state.profiles ?? []), name]
  return `Profile ${name} created\n`
}

export const deleteProfile: CarryOut = ({ state }, words) => {
  const [name = ''] = words.operands
  if (!hasProfile(state, name)) throw new Refusal(text.noProfile)
  state.profiles = state.profiles?.filter((each) => each !== name)
  return `Profile ${name} deleted\n`
}

export const assignProfiles: CarryOut = (host, words) => {
  const [name = '', list = ''] = words.operands
  const instance = host.find(name, words.project)
  const profiles = list === '' ? [] : list.split(',')
  if (profiles.some((profile) => !hasProfile(host.state, profile))) throw new Refusal(text.noProfile)
  if (!profiles.includes('default') && !('root' in instance.devices)) throw new Refusal(text.noRootDisk)
  instance.profiles = profiles
  return `Profiles ${list} applied to ${name}\n`
}

/** Every host has the default one. */
export const hasProfile = ({ profiles = [] }: EmulatedHost['state'], name: string): boolean =>
  name === 'default' || profiles.includes(name)
