import type { EmulatedHost } from '../host.js'
import { renderInstance } from '../render.js'
import { Refusal, text } from '../texts.js'
import type { CarryOut } from './index.js'

const MIB = 1024 * 1024

export const query: CarryOut = (host, words) => {
  const [path = '', asked = ''] = (words.operands[0] ?? '').split('?')
  const found = ANSWERS.find(([pattern]) => pattern.test(path))
  if (found === undefined) throw new Refusal(text.noApi)
  const [pattern, answer] = found
  return `${JSON.stringify(answer(host, decodeURIComponent(pattern.exec(path)?.[1] ?? ''), new URLSearchParams(asked).get('project') ?? 'default'))}\n`
}

const ANSWERS: [RegExp, (host: EmulatedHost, name: string, project: string) => unknown][] = [
  [/^\/1\.0$/, server],
  [/^\/1\.0\/resources$/, resources],
  [/^\/1\.0\/storage-pools\/([^/]+)\/resources$/, pool],
  [/^\/1\.0\/networks\/([^/]+)\/state$/, network],
  [/^\/1\.0\/instances\/([^/]+)(?:\/state)?$/, instance],
]

function instance(host: EmulatedHost, name: string, project: string): unknown {
  if (project !== 'default' && !(project in host.state.projects)) throw new Refusal(text.noProjectToQuery)
  const found = host.find(name, project)
  return renderInstance(found, host.address(found))
}

function server({ state }: EmulatedHost): unknown {
  return {
    api_version: '1.0',
    auth: 'trusted',
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

function pool(host: EmulatedHost, name: string): unknown {
  if (!(name in host.state.pools)) throw new Refusal(text.noPool)
  return {
    space: { total: host.state.hardware.poolMiB * MIB, used: Math.round(host.usedMiB() * MIB) },
    inodes: { total: 0, used: 0 },
  }
}

function network({ state }: EmulatedHost, name: string): unknown {
  if (!(name in state.networks)) throw new Refusal(text.noNetworkState(name))
  return {
    addresses: [{ family: 'inet', address: '127.0.0.1', netmask: '8', scope: 'global' }],
    state: 'up',
    type: 'broadcast',
  }
}
