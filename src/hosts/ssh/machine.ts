import { Cul8erError } from '../../errors.js'
import type { Machine } from '../../host-setup/machine.js'
import { openSsh, type SshHost, type SshSettings } from './executor.js'
import { KeptConnection } from './kept.js'
import { processLine } from './remote-line.js'
import { runOver } from './run.js'

/** Runs programs on a host over one connection, for setting it up. Whoever opens it closes it. */
export function sshMachine(host: SshHost, settings: SshSettings): Machine & { close(): Promise<void> } {
  const kept = new KeptConnection(host.name, () => openSsh(host, settings))
  return {
    async run(argv, { input, ...options } = {}) {
      const command = { args: argv, ...(input === undefined ? {} : { stdin: Buffer.from(input) }) }
      try {
        return await runOver(host.name, kept, command, options, processLine(['env', ...ENVIRONMENT, ...argv]))
      } catch (error) {
        throw inItsWords(error, host.name, argv)
      }
    },
    close: () => kept.close(),
  }
}

// English texts are what failures are told apart by. A login that is not one of a person need not know where root's programs are.
const ENVIRONMENT = [
  'LC_ALL=C',
  'DEBIAN_FRONTEND=noninteractive',
  'INCUS_REMOTE=local',
  'INCUS_PROJECT=default',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
]

/** What is said of commands of Incus, said of this program. */
function inItsWords(error: unknown, host: string, argv: readonly string[]): unknown {
  if (!(error instanceof Cul8erError) || (error.code !== 'TIMEOUT' && error.code !== 'INCUS')) return error
  const { code, message } = error
  const program = argv.find((word) => word !== 'sudo' && !word.startsWith('-')) ?? ''
  return new Cul8erError(code === 'INCUS' ? 'UNREACHABLE' : code, `${program} on host ${host} did not end by itself`, {
    details: { said: message },
    cause: error,
  })
}
