import { Cul8erError } from '../../src/errors.js'
import type { IncusCommand } from '../../src/incus/command.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import { wrapped } from './wrapped.js'

/**
 * An executor whose host answers nothing, and lets nothing through, for as long as it is among the dead. It goes there itself
 * with the answer to its `last` command.
 */
export const mortal = (
  executor: HostExecutor,
  dead: Set<string>,
  last: (command: IncusCommand, host: string) => boolean = () => false,
): HostExecutor =>
  wrapped(executor, {
    before: (_command, host) => {
      if (dead.has(host)) throw new Cul8erError('UNREACHABLE', `${host}: no route to host`)
    },
    done: (command, host) => {
      if (last(command, host)) dead.add(host)
    },
  })
