import type { EmulatedHost } from '../host.js'

/** A host, and what is meant there. */
export type At = [EmulatedHost, string]

/** `host:name`, or a name on the host itself. */
export function placed(host: EmulatedHost, operand: string): At {
  const colon = operand.indexOf(':')
  return colon === -1 ? [host, operand] : [host.peer(operand.slice(0, colon)), operand.slice(colon + 1)]
}
