import { Cul8erError } from '../errors.js'
import { portsClash } from '../topology/ports-clash.js'
import type { Claims, Route } from '../traffic/model.js'
import type { ObservedInstance } from './model.js'

type Port = Pick<Route, 'as' | 'host' | 'protocol'>

/** What is to be opened on a host, and what there is already. */
export interface PortsOfHost {
  host: string
  topology: string
  wanted: readonly Port[]
  claims: Claims
  /** All instances of the host, others' too. */
  observed: readonly ObservedInstance[]
}

/**
 * Public ports that others have are refused before anything is made: an edge that is told to open one fails in the middle, when
 * instances have been made already.
 * @throws Cul8erError PORT_TAKEN naming who has the port
 */
export function refuseTakenPorts({ host, topology, wanted, claims, observed }: PortsOfHost): void {
  for (const port of wanted) {
    const neighbour = claims.routes.find((other) => other.as === port.as && portsClash(port, other))
    if (neighbour !== undefined) {
      throw taken(`${words(port)} of ${host} belongs to topology ${neighbour.topology}${asItHas(port, neighbour)}`, {
        hint: 'choose another public port (`as`), or a `host` for each of them with the same protocol',
        details: { port: port.as, host, topology: neighbour.topology },
      })
    }
    if (!claims.taken.includes(port.as)) continue
    const instance = observed.find((i) => i.labels?.topology !== topology && i.host === host && listens(i, port.as))
    throw taken(
      instance === undefined
        ? `port ${port.as} of ${host} is in use by another program`
        : `port ${port.as} of ${host} is in use by instance ${instance.name}, which has a proxy device on it`,
      {
        hint: `stop that, or choose another public port (\`as\`); \`ss -ltnp sport = :${port.as}\` on the host names the program`,
        details: { port: port.as, host, ...(instance === undefined ? {} : { instance: instance.name }) },
      },
    )
  }
}

const words = ({ as, host }: Port): string => (host === null ? `port ${as}` : `port ${as} for ${host}`)

const asItHas = (one: Port, other: Port): string => (one.protocol === other.protocol ? '' : `, as ${other.protocol}`)

const listens = ({ devices, status }: ObservedInstance, port: number): boolean =>
  status === 'Running' &&
  Object.values(devices).some(
    ({ type, listen = '', bind }) => type === 'proxy' && bind !== 'instance' && hasPort(listen, port),
  )

/** `tcp:[::]:80`, `tcp:0.0.0.0:80-90,443`. */
function hasPort(listen: string, port: number): boolean {
  const ports = /^tcp:.*:([\d,-]+)$/.exec(listen)?.[1] ?? ''
  return ports.split(',').some((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number)
    return first <= port && port <= last
  })
}

const taken = (message: string, more: { hint: string; details: Record<string, unknown> }): Cul8erError =>
  new Cul8erError('PORT_TAKEN', message, more)
