import { Cul8erError } from '../errors.js'
import type { IncusCommand } from '../incus/command.js'
import { execIn } from '../incus/exec.js'
import type { InstanceSpec } from '../plan/model.js'
import { encodeConfiguration } from './configuration.js'
import { checkReleaseNames, serviceName } from './names.js'
import {
  configureScript,
  installScript,
  logsFromScript,
  logsPreviousScript,
  logsScript,
  probeScript,
  restartScript,
  stopScript,
} from './scripts.js'
import { inProject } from '../incus/words.js'
import { Verb } from './verbs.js'

/** Seconds between SIGTERM and SIGKILL unless told otherwise (Kamal's drain_timeout, Phoenix's socket drain). */
export const STOP_SECONDS = 30

/** What names an instance for a command. */
export type Target = Pick<InstanceSpec, 'name' | 'project' | 'resource' | 'release'>

/** What names an instance whose log is read: of a release its name is enough. */
export type LogTarget = Pick<InstanceSpec, 'name' | 'project'> & { release: { name: string } | null }

export interface Placing {
  /** Clear values by environment name. */
  secrets: ReadonlyMap<string, string>
  stopSeconds?: number
}

/**
 * Places environment and secrets where there is no release. Secrets travel on standard input alone.
 * @throws Cul8erError INVALID_TOPOLOGY for a name or value that an environment cannot hold
 */
export function configureCommand(spec: InstanceSpec, { secrets, stopSeconds = STOP_SECONDS }: Placing): IncusCommand {
  checkReleaseNames(spec)
  return {
    ...verb(spec, configureScript, Verb.configure, [serviceName(spec)]),
    stdin: encodeConfiguration(spec, secrets, stopSeconds),
    stdinLabel: `configuration of ${spec.name}`,
  }
}

/**
 * Places environment, secrets and how to run the release, then unpacks it and starts it; with null for the path it switches to a
 * version that is in place. Secrets travel on standard input alone.
 * @throws Cul8erError INVALID_TOPOLOGY for a release name or version that cannot be a folder, and as configureCommand does
 */
export function installCommand(
  spec: InstanceSpec,
  artifactPath: string | null,
  { secrets, stopSeconds = STOP_SECONDS }: Placing,
): IncusCommand {
  checkReleaseNames(spec)
  const { release } = spec
  if (release === null) throw new Error(`${spec.name} has no release to install`)
  const { version, artifact } = release
  const args = [release.name, version, artifact.sha256, String(stopSeconds), program(release)]
  const configuration = encodeConfiguration(spec, secrets, stopSeconds)
  const label = `configuration of ${spec.name}`
  return {
    ...verb(spec, installScript, Verb.install, args),
    ...(artifactPath === null
      ? { stdin: configuration, stdinLabel: label }
      : {
          stdin: { before: configuration, file: artifactPath },
          stdinLabel: `${label} and release ${release.name} ${version}, ${artifact.size} bytes`,
        }),
  }
}

/** Stops the release, if it runs, and starts it again. */
export const restartCommand = (target: Target, { stopSeconds = STOP_SECONDS } = {}): IncusCommand =>
  verb(target, restartScript, Verb.restart, [serviceName(target), String(stopSeconds)])

/** Stops the release until the next install or restart. */
export const stopCommand = (target: Target, { stopSeconds = STOP_SECONDS } = {}): IncusCommand =>
  verb(target, stopScript, Verb.stop, [serviceName(target), String(stopSeconds)])

/** The last lines of the release's log, or of the instance's own where there is no release. */
export const logsCommand = (target: LogTarget, { lines = 100, follow = false } = {}): IncusCommand =>
  verb(target, logsScript, Verb.logs, [target.release?.name ?? '-', String(lines), follow ? '1' : '0'])

/**
 * The last lines of a log with a mark of where it ends, or with `from`, an earlier mark, what came since. `LogReading` takes the answer.
 * @param since - seconds since 1970; older lines may be among them all the same, where the log has no times
 * @throws Cul8erError USAGE for a mark that is none
 */
export function logsFromCommand(
  target: LogTarget,
  { lines = 100, from = null, since }: { lines?: number; from?: string | null; since?: number } = {},
): IncusCommand {
  // The script calculates with the number.
  if (from !== null && !/^(journal:[\w=;-]*|file:\d{1,15})$/.test(from)) {
    throw new Cul8erError('USAGE', `${JSON.stringify(from)} is not a position in a log`)
  }
  const more = since === undefined ? [] : [String(since)]
  return verb(target, logsFromScript, Verb.logsFrom, [target.release?.name ?? '-', String(lines), from ?? '', ...more])
}

/** The last lines of the release's previous run, as `LogReading` takes them; of the previous boot where there is no release. */
export const logsPreviousCommand = (target: LogTarget, { lines = 100 } = {}): IncusCommand =>
  verb(target, logsPreviousScript, Verb.logsPrevious, [target.release?.name ?? '-', String(lines)])

/** What the instance wrote on its console: the only log of one whose init does not come up. */
export const consoleLogCommand = (target: LogTarget): IncusCommand => ({
  args: ['console', ...inProject(target), target.name, '--show-log'],
})

/** Asks a port from inside the instance. */
export const probeCommand = (
  target: Target,
  probe: { kind: 'http' | 'https' | 'tcp'; port: number; path: string; timeoutSeconds: number },
): IncusCommand =>
  verb(target, probeScript, Verb.probe, [probe.kind, String(probe.port), probe.path, String(probe.timeoutSeconds)])

/**
 * Every command of putting a release, or the environment alone, into an instance: what a dry run prints. One that is not `fresh`
 * is asked first whether it holds the version; then the second is not needed.
 */
export function releaseSteps(spec: InstanceSpec, { fresh }: { fresh: boolean }): IncusCommand[] {
  const secrets = new Map<string, string>()
  if (!needsConfiguring(spec)) return []
  if (spec.release === null) return [configureCommand(spec, { secrets })]
  return [...(fresh ? [] : [null]), ''].map((path) => installCommand(spec, path, { secrets }))
}

/** There is something to place: a release, environment or secrets. */
export const needsConfiguring = (spec: InstanceSpec): boolean =>
  spec.release !== null || spec.secrets.length > 0 || Object.keys(spec.environment).length > 0

/** Arguments for people: a script is a page of shell that the verb after it stands for. */
export const briefArgs = (args: readonly string[]): string[] =>
  args.map((arg, i) => ((args[i + 1] ?? '').startsWith('cul8er-') && args[i - 1] === '-c' ? '…' : arg))

const verb = (target: Pick<Target, 'name' | 'project'>, script: string, word: Verb, args: string[]): IncusCommand =>
  execIn(target.name, ['sh', '-c', script, word, ...args], { project: target.project })

const program = ({ name, start }: NonNullable<InstanceSpec['release']>): string => {
  const first = (start ?? [`bin/${name}`])[0] ?? ''
  return first.includes('/') && !first.startsWith('/') ? first : ''
}
