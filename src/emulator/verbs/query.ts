import type { EmulatedHost } from '../host.js'
import { PROFILE_DEVICES } from '../profile.js'
import { renderInstance } from '../render.js'
import { Refusal, text } from '../texts.js'
import type { CarryOut } from './carry-out.js'
import { checkProject, imageNamed } from './images.js'
import { hasProfile } from './profiles.js'
import { volumeShown, volumesShown, volumeSnapshotsShown } from './volumes.js'

const MIB = 1024 * 1024

export const query: CarryOut = (host, words) => {
  const [path = '', asked = ''] = (words.operands[0] ?? '').split('?')
  const found = ANSWERS.find(([pattern]) => pattern.test(path))
  if (found === undefined) throw new Refusal(text.noApi)
  const [pattern, answer] = found
  const [method = 'GET'] = words.values('request')
  if (method === 'PATCH' && path === '/1.0') return setServer(host, words.values('data')[0])
  const parameters = new URLSearchParams(asked)
  const named = pattern.exec(path)?.slice(1).map(decodeURIComponent) ?? []
  const project = parameters.get('project') ?? 'default'
  if (VOLUMES.test(path)) return `${JSON.stringify(volumes(host, path, parameters))}\n`
  return `${JSON.stringify(answer(host, named[0] ?? '', project))}\n`
}

/** Keys that are not named stay; an empty value removes its key. */
function setServer({ state }: EmulatedHost, data = '{}'): string {
  const { config = {} } = JSON.parse(data) as { config?: Record<string, string> }
  const unknown = Object.entries(config).find(([key]) => !key.startsWith('user.'))
  if (unknown !== undefined) throw new Refusal(text.badServerKey(...unknown))
  const all = Object.entries({ ...state.config, ...config })
  state.config = Object.fromEntries(all.filter(([, value]) => value !== ''))
  return ''
}

const VOLUMES = /^\/1\.0\/storage-pools\/([^/]+)\/volumes\/custom(?:\/([^/]+))?(\/snapshots)?$/

function volumes(host: EmulatedHost, path: string, parameters: URLSearchParams): unknown {
  const [, pool = '', name, snapshots] = VOLUMES.exec(path) ?? []
  const asked = parameters.get('project') ?? 'default'
  const project = parameters.has('all-projects') ? null : asked
  if (asked !== 'default' && !(asked in host.state.projects)) throw new Refusal(text.noProjectToQuery)
  const at = decodeURIComponent(pool)
  if (name === undefined) return volumesShown(host, project, at)
  const of = decodeURIComponent(name)
  return snapshots === undefined ? volumeShown(host, asked, at, of) : volumeSnapshotsShown(host, asked, at, of)
}

const ANSWERS: [RegExp, (host: EmulatedHost, name: string, project: string) => unknown][] = [
  [/^\/1\.0$/, server],
  [/^\/1\.0\/resources$/, resources],
  [/^\/1\.0\/storage-pools\/([^/]+)\/resources$/, pool],
  [/^\/1\.0\/networks$/, networks],
  [VOLUMES, () => null],
  [/^\/1\.0\/profiles$/, profiles],
  [/^\/1\.0\/profiles\/([^/]+)$/, profile],
  [/^\/1\.0\/networks\/([^/]+)\/state$/, network],
  [/^\/1\.0\/warnings$/, () => []],
  [/^\/1\.0\/images\/aliases\/([^/]+)$/, alias],
  [/^\/1\.0\/instances\/([^/]+)(?:\/state)?$/, instance],
]

function instance(host: EmulatedHost, name: string, project: string): unknown {
  if (project !== 'default' && !(project in host.state.projects)) throw new Refusal(text.noProjectToQuery)
  const found = host.find(name, project)
  return renderInstance(found, host.address(found))
}

function alias(host: EmulatedHost, name: string, project: string): unknown {
  checkProject(host, project)
  const { fingerprint, type } = imageNamed(host, name, 'container')
  return { name, description: '', target: fingerprint, type }
}

function server({ state }: EmulatedHost): unknown {
  return {
    api_version: '1.0',
    auth: 'trusted',
    config: state.config ?? {},
    environment: {
      server: 'incus',
      server_version: '6.0.4',
      server_name: state.name,
      driver: state.hardware.vms ? 'lxc | qemu' : 'lxc',
      architectures: ['x86_64'],
      os_name: 'Emulated',
      os_version: '1',
      storage: 'btrfs',
    },
  }
}

function resources({ state }: EmulatedHost): unknown {
  const { cpus, memoryMiB } = state.hardware
  const running = Object.values(state.instances).filter(({ status }) => status === 'Running').length
  return { cpu: { total: cpus }, memory: { total: memoryMiB * MIB, used: running * MIB } }
}

function profiles({ state }: EmulatedHost): unknown {
  return ['default', ...(state.profiles ?? [])].map((name) => `/1.0/profiles/${name}`)
}

function profile({ state }: EmulatedHost, name: string): unknown {
  if (!hasProfile(state, name)) throw new Refusal(text.noProfileToQuery)
  return { name, config: {}, devices: name === 'default' ? PROFILE_DEVICES : {} }
}

function pool(host: EmulatedHost, name: string): unknown {
  if (!(name in host.state.pools)) throw new Refusal(text.noPool)
  return {
    space: { total: host.state.hardware.poolMiB * MIB, used: Math.round(host.usedMiB() * MIB) },
    inodes: { total: 0, used: 0 },
  }
}

/** Networks of Incus's own, and the loopback interface that every host has. */
function networks({ state }: EmulatedHost): unknown {
  const own = Object.entries(state.networks).map(([name, { type, config }]) => ({ name, type, config, managed: true }))
  return [...own, { name: 'lo', type: 'loopback', config: {}, managed: false }]
}

function network({ state }: EmulatedHost, name: string): unknown {
  if (!(name in state.networks)) throw new Refusal(text.noNetworkState(name))
  return {
    addresses: [{ family: 'inet', address: '127.0.0.1', netmask: '8', scope: 'global' }],
    state: 'up',
    type: 'broadcast',
  }
}
