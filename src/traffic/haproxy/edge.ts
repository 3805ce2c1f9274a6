import type { HostExecutor } from '../../hosts/executor.js'
import { becomes } from '../../waiting/poll.js'
import { claimed } from '../claimed.js'
import type { Edge, TopologyRoutes } from '../model.js'
import { changeEdge, type EdgeChange, type EdgeParts } from './change.js'
import { drainServer } from './drain.js'
import { Exchange } from './exchange.js'
import { EdgeInstance, isOpen } from '../instance/instance.js'
import { parseStat } from './parse-stat.js'
import { restore, store } from './picture.js'
import { renew } from './renew.js'
import { serverStats } from './server-stats.js'

export interface HaproxyEdgeOptions {
  executor: HostExecutor
  /** Name of the Incus instance; default `cul8er-edge`. */
  instance?: string
  /** Image alias; default `cul8er/edge`. */
  image?: string
}

/** Instance and image of a host's edge, unless told otherwise. */
const EDGE_INSTANCE = 'cul8er-edge'
const EDGE_IMAGE = 'cul8er/edge'

/** How long an edge whose ports answer already may take to be shown as running. */
const START = { everyMs: 250, withinMs: 5_000 }

/** HAProxy in an Incus instance of its own, for every topology of one host. */
export function haproxyEdge({
  executor,
  instance: name = EDGE_INSTANCE,
  image = EDGE_IMAGE,
}: HaproxyEdgeOptions): Edge {
  const instance = new EdgeInstance({ executor, name, image })
  const exchange = new Exchange(executor, name)
  const parts: EdgeParts = { instance, exchange, host: executor.host, left: { known: null } }
  let renewedAt = -Infinity
  const changeRenewed = async (change: EdgeChange): Promise<void> => {
    await changeEdge(parts, { ...change, renew: (seen) => renew({ executor, exchange, image }, seen) })
    renewedAt = performance.now()
  }

  return {
    wouldMake: async () => ((await instance.look()) === null ? { instance: name, image } : null),

    ensure: () => changeRenewed({ change: (topologies) => topologies }),

    apply: async (routes, { signal } = {}) => {
      const { stored, pems } = store(routes)
      const change: EdgeChange = {
        topology: routes.topology,
        change: (topologies) => [...topologies.filter(({ topology }) => topology !== stored.topology), stored],
        pems,
        signal,
      }
      await (performance.now() - renewedAt > RENEW_MS ? changeRenewed(change) : changeEdge(parts, change))
    },

    claims: async (topology, ports) => {
      const seen = await instance.look()
      const isUp = seen?.status === 'Running'
      const others = isUp ? (await exchange.read()).topologies.filter((other) => other.topology !== topology) : []
      const asked = ports.filter((port) => !isUp || !isOpen(seen, port))
      const answered = await Promise.all(asked.map((port) => answers(executor, port)))
      const taken = asked.filter((_, i) => answered[i])
      const isStarting = seen !== null && !isUp && taken.some((port) => isOpen(seen, port))
      return {
        routes: claimed(others),
        // Its ports answer a moment before Incus shows it as running: a host that has just come back.
        taken:
          isStarting && (await becomes(() => running(instance), START))
            ? taken.filter((port) => !isOpen(seen, port))
            : taken,
      }
    },

    current: async (topology): Promise<TopologyRoutes | null> => {
      const seen = await instance.look()
      if (seen?.status !== 'Running') return null
      const found = (await exchange.read()).topologies.find((stored) => stored.topology === topology)
      if (found === undefined) return null
      // A port that somebody closed by hand leads nowhere, whatever the edge knows of it.
      const routes = found.routes.filter(({ as }) => isOpen(seen, as))
      return restore({ ...found, routes }, (fingerprints) => exchange.certificates(fingerprints))
    },

    stats: async (topology) => {
      if (!(await running(instance))) return []
      const { topologies, answer } = await exchange.read('show stat -1 4 -1')
      const stored = topologies.find((other) => other.topology === topology)
      return stored === undefined ? [] : serverStats(stored, parseStat(answer))
    },

    requests: async (topology, { sinceMs = 0 } = {}) => {
      if (!(await running(instance))) return []
      const [{ topologies }, latest] = await Promise.all([
        exchange.read(),
        exchange.requests({ most: MAX_REQUESTS, sinceMs }),
      ])
      const pools = new Set(topologies.find((other) => other.topology === topology)?.pools.map((pool) => pool.name))
      return latest.filter(({ pool }) => pools.has(pool))
    },

    drained: async (topology, server, options) => {
      if (!instance.isKnown && !(await running(instance))) return { cut: 0 }
      try {
        return await drainServer(exchange, { topology, server }, options)
      } catch (error) {
        if (options.signal?.aborted === true || (await running(instance))) throw error
        return { cut: 0 }
      }
    },

    remove: async (topology, { signal } = {}) => {
      if ((await instance.look()) === null) return
      await changeEdge(parts, {
        topology,
        change: (topologies) => topologies.filter((other) => other.topology !== topology),
        deleteWhenEmpty: true,
        signal,
      })
    },
  }
}

/** Whether somebody accepts a connection on a port of the host. */
const answers = (executor: HostExecutor, port: number): Promise<boolean> =>
  executor.connect('127.0.0.1', port, { timeoutMs: ANSWER_MS }).then(
    (connection) => {
      connection.destroy()
      return true
    },
    () => false,
  )

const ANSWER_MS = 1_000

const running = async (instance: EdgeInstance): Promise<boolean> => (await instance.look())?.status === 'Running'

/** Between two looks for a newer image, ms: a look costs as much as a change. */
const RENEW_MS = 60_000

const MAX_REQUESTS = 20_000
