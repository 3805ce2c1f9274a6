import { Cul8erError } from '../errors.js'
import { execIn } from '../incus/exec.js'
import type { Probe } from '../topology/model.js'
import { probeCommand } from '../releases/commands.js'
import { isStillStarting } from '../releases/in-instance.js'
import { ScriptExit } from '../releases/verbs.js'
import { httpFinding } from './probe-network.js'
import type { Finding, ProbeOptions, ProbeTarget } from './probe.js'

/** Exit 0 is a success. 126 and 127 mean that there was nothing to run. */
export async function probeByCommand(
  command: readonly string[],
  { spec, executor }: ProbeTarget,
  options: ProbeOptions,
): Promise<Finding> {
  return inside(options, async () => {
    const { exitCode, stdout, stderr } = await executor.tryRun(execIn(spec.name, command, { project: spec.project }), {
      ...options,
      maxOutputBytes: OUTPUT_BYTES,
    })
    const said = lastLine(stderr) ?? lastLine(stdout)
    if (exitCode === 0) return { outcome: 'ok', message: 'exit 0' }
    const message = `exit ${exitCode}${said === null ? '' : `: ${said}`}`
    return { outcome: exitCode === 126 || exitCode === 127 ? 'error' : 'failure', message }
  })
}

/** http or tcp on the instance's loopback address, with what the image has to ask with. */
export async function probeFromInside(
  probe: Exclude<Probe, { kind: 'command' }>,
  { spec, executor }: ProbeTarget,
  options: ProbeOptions,
): Promise<Finding> {
  const kind = probe.kind === 'tcp' ? 'tcp' : probe.scheme
  const path = probe.kind === 'tcp' ? '' : probe.path
  const timeoutSeconds = Math.max(1, Math.ceil(options.timeoutMs / 1000))
  return inside(options, async () => {
    const { exitCode, stdout } = await executor.tryRun(
      probeCommand(spec, { kind, port: probe.port, path, timeoutSeconds }),
      { ...options, maxOutputBytes: OUTPUT_BYTES },
    )
    if (exitCode === ScriptExit.noProbeProgram) {
      return { outcome: 'error', message: 'the image has no curl, wget or nc to probe with' }
    }
    if (exitCode !== 0) return { outcome: 'failure', message: `no answer on port ${probe.port}` }
    if (probe.kind === 'tcp') return { outcome: 'ok', message: 'connected' }
    // The script ends well with a status alone; now and then Incus loses what was said.
    return stdout.trim() === ''
      ? { outcome: 'error', message: 'the answer of the probe inside did not arrive' }
      : httpFinding(Number(stdout), probe.expectedStatus)
  })
}

const OUTPUT_BYTES = 1024 * 1024

async function inside({ timeoutMs }: ProbeOptions, ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Cul8erError && error.code === 'TIMEOUT') {
      return { outcome: 'failure', message: `no answer within ${timeoutMs} ms` }
    }
    const message = error instanceof Error ? error.message : String(error)
    return { outcome: 'error', message, ...(isStillStarting(error) ? { pending: true } : {}) }
  }
}

const lastLine = (text: string): string | null => text.trim().split('\n').at(-1)?.slice(0, 200) || null
