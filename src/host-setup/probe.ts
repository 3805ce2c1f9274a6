import { Cul8erError } from '../errors.js'
import {
  getProfile,
  hostNetworks,
  parseNetworks,
  parsePools,
  parseProfile,
  parseServer,
  query,
  serverInfo,
  type IncusCommand,
} from '../incus/index.js'
import { distributionOf } from './distributions/registry.js'
import type { IncusFacts, MachineFacts } from './facts.js'
import type { Machine, MachineResult, MachineRun } from './machine.js'
import { readOsRelease } from './os-release.js'

/**
 * What a machine is and has; changes nothing.
 * @throws Cul8erError as the machine's run does; INCUS for answers of its Incus that cannot be read
 */
export async function probe(machine: Machine, signal?: AbortSignal): Promise<MachineFacts> {
  const how = signal === undefined ? {} : { signal }
  const said = async (...argv: string[]): Promise<string> => {
    const { exitCode, stdout } = await machine.run(argv, how)
    return exitCode === 0 ? stdout : ''
  }
  const lines = async (...argv: string[]): Promise<string[]> => (await said(...argv)).split('\n').filter(Boolean)
  const [uid, user] = [(await said('id', '-u')).trim(), (await said('id', '-un')).trim()]
  const root = uid === '0' ? 'login' : (await machine.run(['sudo', '-n', 'true'], how)).exitCode === 0 ? 'sudo' : null
  const os = readOsRelease(await said('cat', '/etc/os-release'))
  const asRoot = rootOf(machine, root)
  return {
    os,
    user,
    root,
    groups: (await said('id', '-Gn')).trim().split(/\s+/),
    systemd: (await machine.run(['test', '-d', '/run/systemd/system'], how)).exitCode === 0,
    freeMiB: freeMiB(await said('df', '-Pk', '/var/lib')),
    interfaces: await lines('ls', '/sys/class/net'),
    routes: routesIn(await said('cat', '/proc/net/route')),
    subuid: await lines('cat', '/etc/subuid'),
    subgid: await lines('cat', '/etc/subgid'),
    fileSystems: await fileSystems(asRoot, await said('cat', '/proc/filesystems'), how),
    zstd: (await machine.run(['zstd', '--version'], how)).exitCode === 0,
    sources: await sources(machine, distributionOf(os)?.sourceFiles ?? [], how),
    incus: await incusFacts(asRoot, how),
  }
}

/** The same machine, its programs run as root. */
export const rootOf = (machine: Machine, root: MachineFacts['root']): Machine =>
  root === 'sudo' ? { run: (argv, options) => machine.run(['sudo', '-n', 'env', ...KEPT, ...argv], options) } : machine

// sudo begins with an environment of its own.
const KEPT = ['LC_ALL=C', 'DEBIAN_FRONTEND=noninteractive', 'INCUS_REMOTE=local', 'INCUS_PROJECT=default']

function freeMiB(df: string): number {
  const words = df.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? []
  return Math.floor(Number(words[3] ?? 0) / 1024)
}

/** Networks in /proc/net/route, whose addresses are hexadecimal with the last byte first. */
export function routesIn(table: string): string[] {
  const rows = table.trim().split('\n').slice(1)
  const found = rows.flatMap((row) => {
    const words = row.trim().split(/\s+/)
    const [destination = '', mask = ''] = [words[1], words[7]]
    if (!HEX.test(destination) || !HEX.test(mask) || destination === '00000000') return []
    const ones = bytes(mask).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
    return [`${bytes(destination).join('.')}/${ones}`]
  })
  return [...new Set(found)]
}

const HEX = /^[0-9A-F]{8}$/i

const bytes = (hex: string): number[] => [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))

async function fileSystems(machine: Machine, known: string, how: MachineRun): Promise<string[]> {
  const has = async (name: string): Promise<boolean> =>
    known.split(/\s+/).includes(name) || (await machine.run(['modprobe', '-n', '-q', name], how)).exitCode === 0
  const found = await Promise.all(['btrfs', 'zfs'].map(async (name) => ((await has(name)) ? [name] : [])))
  return found.flat()
}

/** Characters of a file of sources. */
const LONGEST_LIST = 64_000

/** Texts of the files; a folder stands for those in it. */
async function sources(machine: Machine, paths: readonly string[], how: MachineRun): Promise<string[]> {
  const texts: string[] = []
  for (const path of paths) {
    const files = path.endsWith('/')
      ? (await machine.run(['ls', path], how)).stdout
          .split('\n')
          .filter((name) => /\.(list|sources)$/.test(name))
          .map((name) => `${path}${name}`)
      : [path]
    for (const file of files) {
      const { exitCode, stdout } = await machine.run(['cat', file], how)
      if (exitCode === 0) texts.push(stdout.slice(0, LONGEST_LIST))
    }
  }
  return texts
}

const MISSING = 127

async function incusFacts(machine: Machine, how: MachineRun): Promise<IncusFacts | null> {
  const ask = async ({ args }: IncusCommand): Promise<MachineResult> => machine.run(['incus', ...args], how)
  const first = await ask(serverInfo())
  if (first.exitCode === MISSING || /incus: command not found/.test(first.stderr)) return null
  const nothing = { version: '', pools: [], networks: [], devices: {} }
  if (first.exitCode !== 0) return { ...nothing, silent: first.stderr.trim() || `exit ${first.exitCode}` }
  const said = async (command: IncusCommand): Promise<string> => {
    const { exitCode, stdout, stderr } = await ask(command)
    if (exitCode !== 0) throw new Cul8erError('INCUS', stderr.trim().replace(/^Error: /, ''))
    return stdout
  }
  return {
    silent: null,
    version: parseServer(first.stdout).version,
    pools: parsePools(await said(query('/1.0/storage-pools?recursion=1'))),
    networks: parseNetworks(await said(hostNetworks())),
    devices: parseProfile(await said(getProfile('default'))).devices,
  }
}
