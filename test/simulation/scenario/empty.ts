import type { Declaration, Scenario } from './model.js'

/** A scenario in which nothing happens by itself. */
export const emptyScenario = (...revisions: Declaration[]): Scenario => ({
  ...{ seed: 1, topology: 'shop', revisions, apps: {}, commands: [], faults: {}, bystanders: [], narrow: false },
  canary: { breach: 0, noData: 0 },
})
