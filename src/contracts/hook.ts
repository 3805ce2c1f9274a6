import type { SecretOf } from '../plan/model.js'

/** One command that a worker runs before or after an operation. */
export interface HookRun {
  topology: string
  /** As in the topology, for people: `afterDeploy`. */
  hook: string
  /** Program first. */
  command: string[]
  timeoutMs: number
  /** Beside what every command of a topology gets. No secrets. */
  environment: Record<string, string>
  /** What it may print, to be masked. */
  secrets: SecretOf[]
}

/** How a hook ended that did not fail. */
export interface HookEnd {
  /** The last lines that it printed, without secrets. */
  lines: string[]
}
