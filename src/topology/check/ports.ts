import type { Expose } from '../model.js'
import { portsClash } from '../ports-clash.js'
import { describe, problem, type Finding } from '../problem.js'
import type { Draft } from './draft.js'

interface Listener {
  expose: Expose
  resource: string
  /** Host, public port. */
  host: string
}

/** Public ports that two would answer on, and keys that their protocol has no use for. */
export function checkPorts({ sound }: Draft): Finding[] {
  if (sound === null) return []
  const taken = new Map<string, Listener[]>()
  return Object.entries(sound.topology.resources).flatMap(([resource, { expose: exposed, on }]) =>
    exposed.flatMap((expose, index) => {
      const path = ['resources', resource, 'network', 'expose', index]
      const other = on.map((host) => claim(taken, { expose, resource, host })).find((clash) => clash !== undefined)
      return [
        ...useless(path, expose),
        ...(other === undefined
          ? []
          : [
              problem(
                [...path, 'as'],
                `${port(expose)}, beside ${port(other.expose)} of ${other.resource} on host ${other.host}`,
                rule(expose, other.expose),
              ),
            ]),
      ]
    }),
  )
}

function useless(path: (string | number)[], { protocol, host, certificate, sticky }: Expose): Finding[] {
  const tcp = protocol === 'tcp'
  return [
    ...(tcp && host !== null ? [problem([...path, 'host'], describe(host), 'no host with protocol tcp')] : []),
    ...(tcp && sticky ? [problem([...path, 'sticky'], 'true', 'no cookie with protocol tcp')] : []),
    ...(protocol !== 'https' && certificate !== null
      ? [problem([...path, 'certificate'], `a certificate with protocol ${protocol}`, 'one with protocol https')]
      : []),
  ]
}

/** Notes who answers there; gives back who answers there already and cannot share. */
function claim(taken: Map<string, Listener[]>, listener: Listener): Listener | undefined {
  const key = `${listener.host} ${listener.expose.as}`
  const others = taken.get(key) ?? []
  taken.set(key, [...others, listener])
  return others.find(({ expose }) => portsClash(expose, listener.expose))
}

const rule = (left: Expose, right: Expose): string =>
  left.protocol !== right.protocol
    ? 'one protocol on one port'
    : left.protocol === 'tcp'
      ? 'a port of its own'
      : 'a port or host name of its own'

const port = ({ as, protocol, host }: Expose): string => `port ${as} (${protocol}${host === null ? '' : `, ${host}`})`
