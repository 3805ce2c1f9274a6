import { stat, statfs } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { importedImages } from '../images/imported.js'
import { OLD_DAYS } from '../images/updates.js'
import { asCul8erError } from '../report-error.js'
import { findTemporal } from '../../service/binary.js'
import { runningService } from '../../service/ensure.js'
import { serviceHome } from '../../service/paths.js'
import { setupScript } from '../../service/setup-script.js'
import { cannotRunVms } from '../../hosts/virtual-machines.js'
import { lacksHere } from '../virtual-machines.js'
import type { Check } from './check.js'
import { existing, home } from './home.js'

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

/** Below this a deploy of a few releases fills the disk. */
const LEAST_GIB = 2

async function disk(env: NodeJS.ProcessEnv): Promise<Check> {
  const folder = serviceHome(env)
  const { bavail, bsize } = await statfs(await existing(folder))
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
    hint: 'nothing to do, unless a topology has hosts over SSH: `ssh-keygen -t ed25519` makes a key',
  }
}

async function vms(): Promise<Check> {
  try {
    return vmsCheck(await lacksHere())
  } catch {
    return { name: 'VMs', outcome: 'ok', found: 'not checked, because Incus does not answer' }
  }
}

/** The outcome for a machine that lacks this to run virtual machines. */
export const vmsCheck = (lack: string | null): Check =>
  lack === null
    ? { name: 'VMs', outcome: 'ok', found: 'its Incus runs them' }
    : {
        name: 'VMs',
        outcome: 'warning',
        found: cannotRunVms('this machine', lack),
        hint: 'containers work; a plan with a resource of type vm is refused here',
      }

const command = (file: string, args: string[]) => execa(file, args, { reject: false, timeout: 10_000, stdin: 'ignore' })
