import { Cul8erError } from '../../errors.js'
import type { Edge } from '../model.js'

/** Where nothing can be exposed: it knows nothing, and refuses to be told of routes. */
export const noEdge = ({ name }: { name: string }): Edge => ({
  ensure: async () => {},
  apply: async ({ topology }) => {
    throw new Cul8erError('EDGE', `host ${name} has no balancer, so ${topology} cannot open public ports there`, {
      hint: `write another \`edge\` for the host, or place what is exposed elsewhere`,
    })
  },
  claims: async () => ({ routes: [], taken: [] }),
  current: async () => null,
  stats: async () => [],
  requests: async () => null,
  drained: async () => ({ cut: 0 }),
  remove: async () => {},
})
