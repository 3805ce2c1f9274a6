import type { IncusCommand } from './command.js'
import { assignments, operands } from './words.js'

/** `features.*` in the config say what the project has of its own instead of the default project's. */
export const createProject = (name: string, config: Record<string, string> = {}): IncusCommand => ({
  args: ['project', 'create', ...assignments(config).flatMap((word) => ['-c', word]), ...operands(name)],
})
