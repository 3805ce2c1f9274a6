import { Cul8erError, type ErrorCode } from '../errors.js'
import type { InstanceSpec } from '../plan/model.js'
import { ScriptExit } from './verbs.js'

/** What a script's exit code and last words mean. */
export function scriptFailure(
  spec: Pick<InstanceSpec, 'name' | 'release'>,
  { exitCode, stderr }: { exitCode: number; stderr: string },
): Cul8erError {
  const reason = stderr.trim().split('\n').slice(-3).join('; ') || `exit ${exitCode}`
  const { code, what, hint } = /no space left|quota exceeded/i.test(stderr) ? NO_SPACE : (MEANINGS[exitCode] ?? UNKNOWN)
  const release = spec.release === null ? 'its configuration' : `${spec.release.name} ${spec.release.version}`
  return new Cul8erError(code, `${spec.name}: ${what.replace('RELEASE', release)}: ${reason}`, {
    hint,
    details: { instance: spec.name, exitCode },
  })
}

interface Meaning {
  code: ErrorCode
  what: string
  hint?: string
}

const MEANINGS: Record<number, Meaning> = {
  [ScriptExit.digestDiffers]: {
    code: 'ARTIFACT_BROKEN',
    what: 'RELEASE arrived damaged',
    hint: 'Deploy again; if it repeats, the artifact store or the connection to the host damages it.',
  },
  [ScriptExit.cannotUnpack]: {
    code: 'ARTIFACT_BROKEN',
    what: 'RELEASE cannot be unpacked',
    hint: 'Build the tarball again.',
  },
  [ScriptExit.noProgram]: {
    code: 'ARTIFACT_BROKEN',
    what: 'RELEASE cannot be started',
    hint: 'Pack `bin/<release>` at the top of the tarball, or set `deploy.start`.',
  },
  [ScriptExit.noInit]: {
    code: 'NOT_SUPPORTED_YET',
    what: 'no supported init system can run RELEASE',
    hint: 'Use an image with systemd, OpenRC or busybox init.',
  },
  [ScriptExit.tarballNeeded]: { code: 'INTERNAL', what: 'RELEASE was not sent' },
  [ScriptExit.initNotReady]: { code: 'TIMEOUT', what: 'the init system did not become ready' },
  [ScriptExit.startRefused]: { code: 'INCUS', what: 'the service manager refused to start RELEASE' },
  [ScriptExit.configurationCut]: { code: 'UNREACHABLE', what: 'the configuration arrived incomplete' },
  [ScriptExit.nothingInstalled]: { code: 'NOT_FOUND', what: 'there is no release to run' },
}

const NO_SPACE: Meaning = {
  code: 'NO_SPACE',
  what: 'no space for RELEASE',
  hint: 'Raise `limits.disk`, or free space on the host.',
}
const UNKNOWN: Meaning = { code: 'INCUS', what: 'a command inside failed' }
