import { opensNoPorts } from '../hosts.js'
import type { Expose, Host } from '../model.js'
import { portsClash } from '../ports-clash.js'
import { describe, problem, type Finding } from '../problem.js'
import { checkPools } from './pools.js'
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
  const { hosts, resources } = sound.topology
  const taken = new Map<string, Listener[]>()
  return Object.entries(resources).flatMap(([resource, { expose: exposed, on }]) => [
    ...(exposed.length === 0 ? [] : withoutBalancer(resource, on, hosts)),
    ...exposed.flatMap((expose, index) => {
      const path = ['resources', resource, 'network', 'expose', index]
      const other = on.map((host) => claim(taken, { expose, resource, host })).find((clash) => clash !== undefined)
      return [
        ...useless(path, expose),
        ...checkPools(sound.topology, { resource, index, path }),
        ...asBoth(path, expose, exposed.slice(0, index)),
        ...(other === undefined
          ? []
          : [
              problem(
                [...path, 'as'],
                `${port(expose)}, beside ${port(other.expose)} of ${other.resource} on host ${other.host}`,
                rule({ expose, resource }, other),
              ),
            ]),
      ]
    }),
  ])
}

const withoutBalancer = (resource: string, on: readonly string[], hosts: Record<string, Host>): Finding[] =>
  on
    .filter((host) => Object.hasOwn(hosts, host) && opensNoPorts(hosts[host]))
    .map((host) =>
      problem(
        ['resources', resource, 'network', 'expose'],
        `a public port of ${resource} on host ${host}, whose edge is ${hosts[host]?.edge?.kind}`,
        'public ports on hosts that have a balancer',
      ),
    )

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

/** One port of an instance is passed on byte by byte or as HTTP, whatever leads to it: its servers are one pool. A shared pool is one for each public port. */
function asBoth(path: (string | number)[], { port, protocol, pool }: Expose, before: readonly Expose[]): Finding[] {
  const other = before.find((each) => each.port === port && (each.protocol === 'tcp') !== (protocol === 'tcp'))
  return other === undefined || pool !== undefined || other.pool !== undefined
    ? []
    : [
        problem(
          [...path, 'protocol'],
          `${protocol} to port ${port}, beside ${other.protocol} to it at public port ${other.as}`,
          'tcp alone, or http and https, to one port of an instance',
        ),
      ]
}

/** Notes who answers there; gives back who answers there already and cannot share. */
function claim(taken: Map<string, Listener[]>, listener: Listener): Listener | undefined {
  const key = `${listener.host} ${listener.expose.as}`
  const others = taken.get(key) ?? []
  taken.set(key, [...others, listener])
  return others.find((other) => portsClash(other.expose, listener.expose) && !isShared(other, listener))
}

/** Whatever else differs in what they share is another finding. */
const isShared = (one: Omit<Listener, 'host'>, other: Omit<Listener, 'host'>): boolean =>
  one.expose.pool !== undefined && one.expose.pool === other.expose.pool && one.resource !== other.resource

function rule(one: Omit<Listener, 'host'>, other: Omit<Listener, 'host'>): string {
  const [left, right] = [one.expose, other.expose]
  if (left.protocol !== right.protocol) return 'one protocol on one port'
  const own = left.protocol === 'tcp' ? 'its own port' : 'its own port or host name'
  return one.resource === other.resource ? own : `${own}, or the same \`pool\` in both to share it`
}

const port = ({ as, protocol, host }: Expose): string => `port ${as} (${protocol}${host === null ? '' : `, ${host}`})`
