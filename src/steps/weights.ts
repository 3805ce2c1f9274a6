import { stepKind } from './kind.js'
import { shared } from './traffic.js'

/** The canaries of some resources take a share of the traffic. */
export const weights = stepKind({
  kind: 'weights',
  words: ({ percent }) => `canary takes ${percent} %`,
  instance: () => null,
  before: ({ percent, resources }) => (percent === 0 ? null : { kind: 'withdraw', resources }),
  traffic: ({ percent, resources }, view) => ({
    state: shared(view.traffic, resources, { percent, topology: view.revision.topology }),
    summary: `canary takes ${percent} %`,
  }),
  commands: () => [],
})
