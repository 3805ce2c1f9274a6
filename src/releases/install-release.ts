import type { HostExecutor } from '../hosts/executor.js'
import type { InstanceSpec } from '../plan/model.js'
import { configureCommand, installCommand, needsConfiguring, STOP_SECONDS } from './commands.js'
import { scriptFailure } from './failures.js'
import { runInInstance } from './in-instance.js'
import { ScriptExit } from './verbs.js'

export interface InstallDeps {
  /** The tarball in the store; read only when the instance does not hold the version yet. */
  artifactPath: string | null
  /** Clear values by environment name: each of `spec.secrets`. */
  secrets: ReadonlyMap<string, string>
  /** It was made a moment ago and holds no version: the tarball goes along with the first command. */
  fresh?: boolean
  signal?: AbortSignal
  /** Between SIGTERM and SIGKILL of what runs now. */
  stopSeconds?: number
}

export interface Installed {
  /** False: the instance held the version already. */
  uploaded: boolean
  durationMs: number
}

/**
 * Places environment and secrets, then the release, and starts it; doing it twice is harmless. What has no release gets its
 * environment and secrets alone.
 * @throws Cul8erError ARTIFACT_BROKEN, NOT_SUPPORTED_YET (unknown init), NO_SPACE, TIMEOUT, INCUS; what the executor throws
 */
export async function installRelease(
  executor: HostExecutor,
  spec: InstanceSpec,
  { artifactPath, secrets, fresh = false, signal, stopSeconds = STOP_SECONDS }: InstallDeps,
): Promise<Installed> {
  const startedAt = performance.now()
  const done = (uploaded: boolean): Installed => ({ uploaded, durationMs: performance.now() - startedAt })
  if (!needsConfiguring(spec)) return done(false)
  if (spec.release === null) {
    const configured = await runInInstance(executor, spec, configureCommand(spec, { secrets, stopSeconds }), { signal })
    if (configured.exitCode !== 0) throw scriptFailure(spec, configured)
    return done(false)
  }
  const options = { signal, timeoutMs: installTimeoutMs(spec.release.artifact.size, stopSeconds) }
  const install = (tarball: string | null) =>
    runInInstance(executor, spec, installCommand(spec, tarball, { secrets, stopSeconds }), options)
  if (!fresh) {
    const activated = await install(null)
    if (activated.exitCode === 0) return done(false)
    if (activated.exitCode !== ScriptExit.tarballNeeded) throw scriptFailure(spec, activated)
  }
  const installed = await install(artifactPath)
  if (installed.exitCode !== 0) throw scriptFailure(spec, installed)
  return done(true)
}

// A minute for the init, twice the stop (command, then signal), and an upload at no less than 1 MiB/s.
const installTimeoutMs = (bytes: number, stopSeconds: number): number =>
  60_000 + 2_000 * stopSeconds + Math.ceil(bytes / 1_048.576)
