import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { importedImages } from '../images/imported.js'
import { OLD_DAYS } from '../images/updates.js'
import { asCul8erError } from '../report-error.js'
import { findTemporal } from '../../service/binary.js'
import { runningService } from '../../service/ensure.js'
import { foreign } from '../../service/own.js'
import { serviceHome } from '../../service/paths.js'
import { setupScript } from '../../service/setup-script.js'

export interface Check {
  name: string
  /** warning: something works less well, or not at all where it is needed. */
  outcome: 'ok' | 'warning' | 'failure'
  found: string
  /** What to do. */
  hint?: string
}

/** Everything that this machine needs, looked at side by side. None of the checks changes anything. */
export const checkMachine = (env: NodeJS.ProcessEnv): Promise<Check[]> =>
  Promise.all([node(), incus(), images(), temporal(env), service(env), home(env), disk(env), ssh(env), vms()])

async function node(): Promise<Check> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const enough = major > 20 || (major === 20 && minor >= 11)
  return {
    name: 'Node',
    outcome: enough ? 'ok' : 'failure',
    found: process.versions.node,
    ...(enough ? {} : { hint: 'install Node 20.11 or newer' }),
  }
}

async function incus(): Promise<Check> {
  const { exitCode, stdout, stderr, shortMessage } = await command('incus', ['query', '/1.0'])
  if (exitCode === 0) {
    const server = JSON.parse(stdout) as { environment?: { server_version?: string }; auth?: string }
    return {
      name: 'Incus',
      outcome: 'ok',
      found: `server ${server.environment?.server_version ?? 'of an unknown version'}`,
    }
  }
  const missing = exitCode === undefined
  return {
    name: 'Incus',
    outcome: 'failure',
    found: missing ? 'the incus program is missing' : stderr.trim() || (shortMessage ?? 'Incus does not answer'),
    hint: missing
      ? `${setupScript('incus')} installs it; \`platform: emulated\` is for a trial without it`
      : /permission/i.test(stderr)
        ? 'add your user to the group incus-admin and log in again'
        : `start its daemon (systemctl start incus), or run ${setupScript('incus')}`,
  }
}

/** Of images that are too old to have the security updates that matter. */
async function images(): Promise<Check> {
  try {
    return imagesCheck(await importedImages())
  } catch {
    return { name: 'images', outcome: 'ok', found: 'not checked, because Incus does not answer' }
  }
}

/** The outcome for these images: one that is older than OLD_DAYS is warned of. */
export function imagesCheck(found: readonly { name: string; ageDays: number }[]): Check {
  const old = found.filter(({ ageDays }) => ageDays > OLD_DAYS)
  if (old.length === 0)
    return { name: 'images', outcome: 'ok', found: `${found.length} of ours, none over ${OLD_DAYS} days old` }
  return {
    name: 'images',
    outcome: 'warning',
    found: `over ${OLD_DAYS} days old: ${old.map(({ name, ageDays }) => `${name} (${ageDays} days)`).join(', ')}`,
    hint: `cul8er images refresh ${old.map(({ name }) => name).join(' ')} rebuilds them with the latest packages`,
  }
}

async function temporal(env: NodeJS.ProcessEnv): Promise<Check> {
  try {
    const binary = findTemporal(env)
    if (binary !== null) return { name: 'Temporal', outcome: 'ok', found: binary }
    return {
      name: 'Temporal',
      outcome: 'warning',
      found: 'the Temporal server is not installed yet',
      hint: 'the first command that needs it downloads it, which may take a few minutes',
    }
  } catch (error) {
    const { message, hint } = asCul8erError(error)
    return { name: 'Temporal', outcome: 'failure', found: message, hint }
  }
}

async function service(env: NodeJS.ProcessEnv): Promise<Check> {
  if (env.TEMPORAL_ADDRESS)
    return { name: 'service', outcome: 'ok', found: `not used: TEMPORAL_ADDRESS is ${env.TEMPORAL_ADDRESS}` }
  let running: ReturnType<typeof runningService>
  try {
    running = runningService(serviceHome(env))
  } catch (error) {
    const { message, hint } = asCul8erError(error)
    return { name: 'service', outcome: 'failure', found: message, ...(hint === undefined ? {} : { hint }) }
  }
  if (running === null) return { name: 'service', outcome: 'ok', found: 'not running; the next command starts it' }
  const { worker } = running.record
  return worker === null
    ? {
        name: 'service',
        outcome: 'failure',
        found: `at ${running.address}, without a worker`,
        hint: 'cul8er service logs worker shows why',
      }
    : { name: 'service', outcome: 'ok', found: `at ${running.address}` }
}

async function home(env: NodeJS.ProcessEnv): Promise<Check> {
  const folder = serviceHome(env)
  const found = await stat(folder).catch(() => null)
  if (found === null) return { name: 'home', outcome: 'ok', found: `${folder}, created when needed` }
  const problem = foreign(found, process.getuid?.())
  if (problem !== null) {
    const hint = `take ownership of it and chmod 700 ${folder}, or set CUL8ER_HOME`
    return { name: 'home', outcome: 'failure', found: `${folder} ${problem}`, hint }
  }
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!writable)
    return {
      name: 'home',
      outcome: 'failure',
      found: `${folder} cannot be written to`,
      hint: `take ownership of it, or set CUL8ER_HOME`,
    }
  if ((found.mode & 0o077) !== 0) {
    return { name: 'home', outcome: 'warning', found: `${folder} can be read by others`, hint: `chmod 700 ${folder}` }
  }
  return { name: 'home', outcome: 'ok', found: folder }
}

/** Below this a deploy of a few releases fills the disk. */
const LEAST_GIB = 2

async function disk(env: NodeJS.ProcessEnv): Promise<Check> {
  const folder = serviceHome(env)
  const { bavail, bsize } = await statfs(folder).catch(() => statfs(homedir()))
  const gib = (bavail * bsize) / 1024 ** 3
  return {
    name: 'disk',
    outcome: gib < LEAST_GIB ? 'warning' : 'ok',
    found: `${gib.toFixed(1)} GiB free`,
    ...(gib < LEAST_GIB ? { hint: 'free some space: artifacts, snapshots and the service need it' } : {}),
  }
}

async function ssh(env: NodeJS.ProcessEnv): Promise<Check> {
  if (env.SSH_AUTH_SOCK) return { name: 'SSH', outcome: 'ok', found: 'an agent is running' }
  const keys = await Promise.all(
    ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) =>
      stat(join(homedir(), '.ssh', name)).then(
        () => name,
        () => null,
      ),
    ),
  )
  const key = keys.find((name) => name !== null)
  if (key !== undefined) return { name: 'SSH', outcome: 'ok', found: `key ~/.ssh/${key}` }
  return {
    name: 'SSH',
    outcome: 'warning',
    found: 'neither an agent nor a key',
    hint: 'nothing to do: only hosts over SSH need one, and these are not supported yet',
  }
}

async function vms(): Promise<Check> {
  const usable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
  return usable
    ? { name: 'VMs', outcome: 'ok', found: '/dev/kvm' }
    : {
        name: 'VMs',
        outcome: 'warning',
        found: 'no /dev/kvm',
        hint: 'containers work; resources of type vm do not run here',
      }
}

const command = (file: string, args: string[]) => execa(file, args, { reject: false, timeout: 10_000, stdin: 'ignore' })
