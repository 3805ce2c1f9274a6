import { Cul8erError } from '../../errors.js'
import type { Edge } from '../model.js'
import { ask, type Asked } from './ask.js'
import { claims, current, done, drained, requests, stats } from './protocol.js'

/** Beyond what it was given to wait. */
const DRAIN_GRACE_MS = 15_000

/** The operator's own balancer: a program on the worker's machine, run once for each verb. */
export function commandEdge(asked: Asked): Edge {
  return {
    ensure: async () => void (await ask(asked, { verb: 'ensure', answer: done })),

    apply: async (routes, { signal } = {}) => {
      signal?.throwIfAborted()
      await ask(asked, {
        verb: 'apply',
        with: { topology: routes.topology, routes },
        answer: done,
        secrets: routes.routes.flatMap(({ certificate }) => certificate?.keyPem ?? []),
        ...(signal === undefined ? {} : { signal }),
      })
    },

    claims: (topology, ports) => ask(asked, { verb: 'claims', with: { topology, ports }, answer: claims }),

    current: async (topology) => {
      const { routes } = await ask(asked, { verb: 'current', with: { topology }, answer: current })
      if (routes !== null && routes.topology !== topology) {
        throw new Cul8erError(
          'EDGE',
          `balancer command ${asked.command[0]} answered current of ${topology} with ${routes.topology}`,
        )
      }
      return routes
    },

    stats: async (topology) => {
      const answer = await ask(asked, { verb: 'stats', with: { topology }, answer: stats })
      return 'unsupported' in answer ? [] : answer.servers
    },

    requests: async (topology, { sinceMs = 0 } = {}) => {
      const answer = await ask(asked, { verb: 'requests', with: { topology, sinceMs }, answer: requests })
      return 'unsupported' in answer ? null : answer.requests
    },

    drained: (topology, server, { deadlineMs, signal }) =>
      ask(asked, {
        verb: 'drained',
        with: { topology, server, deadlineMs },
        answer: drained,
        timeoutMs: deadlineMs + DRAIN_GRACE_MS,
        ...(signal === undefined ? {} : { signal }),
      }),

    remove: async (topology, { signal } = {}) => {
      signal?.throwIfAborted()
      await ask(asked, {
        verb: 'remove',
        with: { topology },
        answer: done,
        ...(signal === undefined ? {} : { signal }),
      })
    },
  }
}
