import type { Pool, Server } from '../model.js'
import { checkOptions, endpoint, kept } from './backend.js'
import type { Runtime } from './parse-runtime.js'
import type { RuntimeServer } from './parse-servers.js'
import type { Rendered } from './render.js'
import { ROUTES_MAP } from './routes-map.js'

type Desired = Pick<Rendered, 'pools' | 'map'>

/**
 * Runtime commands that turn what HAProxy does into what it shall do, as batches: each is one line of the socket. What adds
 * capacity comes first, then the switch, then what takes capacity away, so that at no moment a pool in use is empty.
 * Nothing to do gives no batch.
 */
export function difference(runtime: Pick<Runtime, 'servers' | 'map'>, desired: Desired): string[] {
  const wanted = desired.pools.flatMap((pool) => pool.servers.map((server) => ({ pool, server })))
  const found = new Map(runtime.servers.map((server) => [`${server.pool}/${server.name}`, server]))
  const more: string[] = []
  const less: string[] = []
  for (const { pool, server } of wanted) {
    const id = `${pool.name}/${server.name}`
    const now = found.get(id)
    found.delete(id)
    if (now === undefined) more.push(...addition(pool, server))
    else {
      const commands = changes(id, now, server)
      ;(server.state === 'drain' ? less : more).push(...commands)
    }
  }
  const gone = [...found.values()].flatMap(removal)
  return [...batches(more), ...mapSwitch(runtime.map, desired.map), ...batches([...less, ...gone])]
}

/** Commands that a removed server still needs: its last sessions kept it from being deleted. They are no fault. */
export const isLeftover = (batch: string): boolean =>
  batch.split('; ').every((command) => command.startsWith('del server '))

function addition(pool: Pool, server: Server): string[] {
  const id = `${pool.name}/${server.name}`
  return [
    `add server ${id} ${endpoint(server)} weight ${server.weight} ${checkOptions(pool)}${kept(pool)}`,
    `enable health ${id}`,
    ...(server.state === 'ready' ? [`set server ${id} state ready`] : []),
    ...(pool.sticky ? [`enable dynamic-cookie backend ${pool.name}`] : []),
  ]
}

function changes(id: string, now: RuntimeServer, server: Server): string[] {
  const moved = now.address !== server.address || now.port !== server.port
  return [
    ...(moved ? [`set server ${id} addr ${server.address} port ${server.port}`] : []),
    ...(now.weight === server.weight ? [] : [`set server ${id} weight ${server.weight}`]),
    ...(now.drained === (server.state === 'drain') ? [] : [`set server ${id} state ${STATES[server.state]}`]),
  ]
}

// Maintenance is what `disabled` in a file comes back as, and unlike HAProxy's drain it holds for clients with a cookie too.
// It cuts nothing: sessions in flight finish.
const STATES: Record<Server['state'], string> = { ready: 'ready', drain: 'maint' }

const removal = ({ pool, name, drained }: RuntimeServer): string[] => [
  ...(drained ? [] : [`set server ${pool}/${name} state maint`]),
  `del server ${pool}/${name}`,
]

/** All entries in one commit. The number of the map's new version (@N) is known only once `prepare map` has answered. */
function mapSwitch(now: Record<string, string>, desired: Record<string, string>): string[] {
  const same = JSON.stringify(Object.entries(now).sort()) === JSON.stringify(Object.entries(desired).sort())
  if (same) return []
  const entries = Object.entries(desired).map(([key, pool]) => `add map @N ${ROUTES_MAP} ${key} ${pool}`)
  return [`prepare map ${ROUTES_MAP}`, ...batches(entries), `commit map @N ${ROUTES_MAP}`]
}

// HAProxy reads a line of at most one buffer, 16 KiB.
const MAX_LINE = 8_000

function batches(commands: readonly string[]): string[] {
  const lines: string[] = []
  for (const command of commands) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + command.length < MAX_LINE) lines[lines.length - 1] = `${last}; ${command}`
    else lines.push(command)
  }
  return lines
}
