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
  { artifactPath, secrets, signal, stopSeconds = STOP_SECONDS }: InstallDeps,
): Promise<Installed> {
  const startedAt = performance.now()
  const done = (uploaded: boolean): Installed => ({ uploaded, durationMs: performance.now() - startedAt })
  if (!needsConfiguring(spec)) return done(false)
  const configured = await runInInstance(executor, spec, configureCommand(spec, { secrets, stopSeconds }), { signal })
  if (configured.exitCode !== 0) throw scriptFailure(spec, configured)
  if (spec.release === null) return done(false)

  const timeoutMs = installTimeoutMs(spec.release.artifact.size, stopSeconds)
  if (holds(configured.stdout, spec.release)) {
    const activated = await runInInstance(executor, spec, installCommand(spec, null, { stopSeconds }), {
      signal,
      timeoutMs,
    })
    if (activated.exitCode === 0) return done(false)
    if (activated.exitCode !== ScriptExit.tarballNeeded) throw scriptFailure(spec, activated)
  }
  const installed = await runInInstance(executor, spec, installCommand(spec, artifactPath, { stopSeconds }), {
    signal,
    timeoutMs,
  })
  if (installed.exitCode !== 0) throw scriptFailure(spec, installed)
  return done(true)
}

const holds = (listing: string, { version, artifact }: NonNullable<InstanceSpec['release']>): boolean =>
  listing.split('\n').includes(`have ${version} ${artifact.sha256}`)

// A minute for the init, twice the stop (command, then signal), and an upload at no less than 1 MiB/s.
const installTimeoutMs = (bytes: number, stopSeconds: number): number =>
  60_000 + 2_000 * stopSeconds + Math.ceil(bytes / 1_048.576)
