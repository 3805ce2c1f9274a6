import { execIn } from '../incus/exec.js'
import type { HostExecutor } from '../hosts/executor.js'
import { probeCommand, type Target } from '../releases/commands.js'
import { ScriptExit } from '../releases/verbs.js'
import type { ProbeOptions } from './model.js'
import type { Inside } from './probes/kind.js'

/** The way into an instance by `incus exec`, with what its image has to ask with. */
export function insideOf(spec: Target, executor: HostExecutor, options: ProbeOptions): Inside {
  const within = { ...options, maxOutputBytes: OUTPUT_BYTES }
  const timeoutSeconds = Math.max(1, Math.ceil(options.timeoutMs / 1000))
  const ask = (kind: 'http' | 'https' | 'tcp', port: number, path: string) =>
    executor.tryRun(probeCommand(spec, { kind, port, path, timeoutSeconds }), within)
  return {
    run: (command) => executor.tryRun(execIn(spec.name, command, { project: spec.project }), within),
    listens: async (port) => (await ask('tcp', port, '')).exitCode === 0,
    get: async ({ scheme, port, path }) => {
      const { exitCode, stdout } = await ask(scheme, port, path)
      if (exitCode === ScriptExit.noProbeProgram) return 'noProgram'
      if (exitCode !== 0) return 'noAnswer'
      // The script ends well with a status alone.
      return stdout.trim() === '' ? 'lost' : Number(stdout)
    },
  }
}

const OUTPUT_BYTES = 1024 * 1024
