import * as z from 'zod'
import { command as words, section } from '../../topology/schema/words.js'
import type { ProbeKind } from './kind.js'

export interface CommandProbe {
  kind: 'command'
  command: string[]
}

const key = {
  command: words().optional().describe('Run inside the instance; exit 0 is healthy. This or `endpoint`'),
}

/** Exit 0 is a success. 126 and 127 mean that there was nothing to run. */
export const command = {
  kind: 'command',
  written: {
    by: 'key',
    key,
    read: (value) => ({ kind: 'command', command: value as string[] }),
    write: ({ command }) => ({ command }),
    // Arguments may be long, or nobody's business.
    brief: ({ command }) => command[0] ?? '',
  },
  options: {},
  normalised: section({ kind: z.literal('command'), command: words() }),
  asked: {
    from: 'inside',
    ask: async ({ command }, inside) => {
      const { exitCode, stdout, stderr } = await inside.run(command)
      if (exitCode === 0) return { outcome: 'ok', message: 'exit 0' }
      const said = lastLine(stderr) ?? lastLine(stdout)
      const message = `exit ${exitCode}${said === null ? '' : `: ${said}`}`
      return { outcome: exitCode === 126 || exitCode === 127 ? 'error' : 'failure', message }
    },
    command: ({ command }) => command,
  },
} satisfies ProbeKind<CommandProbe>

const lastLine = (text: string): string | null => text.trim().split('\n').at(-1)?.slice(0, 200) || null
