import { stepKind } from './kind.js'
import { says } from './lines.js'
import { switched } from './traffic.js'

/** All public ports of some resources lead to another set, at once. */
export const switchTraffic = stepKind({
  kind: 'switch',
  words: () => 'switch the traffic',
  instance: () => null,
  before: ({ active, from }, { traffic }) => ({
    kind: 'switch',
    from: from ?? null,
    active: Object.fromEntries(Object.keys(active).map((resource) => [resource, traffic.active[resource] ?? ''])),
  }),
  traffic: ({ active }, { traffic }) => ({ state: switched(traffic, active), summary: 'switch' }),
  commands: ({ active }, { revision }) =>
    Object.entries(active).map(([resource, color]) =>
      says(
        { name: resource, host: revision.topology.resources[resource]?.on[0] ?? '' },
        'switch the traffic',
        `${resource} to ${color === '' ? 'no color' : color}`,
      ),
    ),
})
