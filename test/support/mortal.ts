import { Cul8erError } from '../../src/errors.js'
import type { IncusCommand } from '../../src/incus/command.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import type { Edge } from '../../src/traffic/model.js'
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

/** The edge of such a host. */
export const mortalEdge = (host: string, edge: Edge, dead: Set<string>): Edge =>
  new Proxy(edge, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]): Promise<unknown> => {
        if (dead.has(host)) throw new Cul8erError('UNREACHABLE', `${host}: no route to host`)
        return Reflect.apply(value, target, given) as unknown
      }
    },
  })
