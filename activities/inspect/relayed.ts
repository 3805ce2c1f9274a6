import { expired } from '../../src/contracts/index.js'
import { Cul8erError } from '../../src/errors.js'
import { probe } from '../../src/health/probe.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import { box, unbox, type Relayed, type RelayedAnswers, type RelayedKind } from '../../src/sites/relayed.js'
import type { Inspection } from './inspection.js'

/** Does on a host what a worker asked for that does not reach it. */
export const inspectRelayed: Inspection<'relayed'> = async (deps, { host, via, sealed, notAfter }, signal) => {
  const now = Date.now()
  // Whoever reads an old request could send it again.
  if (!(Date.parse(notAfter) >= now)) {
    const { code, message, ...more } = expired({ notAfter }, now)
    throw new Cul8erError(code, message, more)
  }
  const request = unbox(sealed, [deps.sealKey, ...deps.formerKeys], 'request') as Relayed
  const carryOut = CARRY_OUT[request.ask] as (
    executor: HostExecutor,
    asked: Relayed,
    signal: AbortSignal,
  ) => Promise<unknown>
  return { sealed: box(await carryOut(deps.executorFor(host, via), request, signal), deps.sealKey, 'answer') }
}

const CARRY_OUT: {
  [Kind in RelayedKind]: (
    executor: HostExecutor,
    asked: Relayed<Kind>,
    signal: AbortSignal,
  ) => Promise<RelayedAnswers[Kind]>
} = {
  command: async (executor, { args, stdin, answers, options }, signal) => {
    const command = { args, ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin, 'base64') }) }
    if (answers) return executor.tryRun(command, { ...options, signal })
    return { ...(await executor.run(command, { ...options, signal })), exitCode: 0 }
  },
  connect: async (executor, { address, port, timeoutMs }, signal) => {
    const bound = timeoutMs === undefined ? {} : { timeoutMs }
    const connection = await executor.connect(address, port, { signal, ...bound })
    // What a peer does to a connection that is being dropped is of no interest.
    connection.on('error', () => {}).destroy()
    return {}
  },
  probe: async (executor, { probe: wanted, timeoutMs, ask: _, ...target }, signal) => {
    const { durationMs: _ms, at: _at, ...finding } = await probe(wanted, { ...target, executor }, { timeoutMs, signal })
    return finding
  },
}
