import { proxyActivities, type ActivityOptions } from '@temporalio/workflow'
import { siteOfInput, siteQueue, type Activities } from '../../src/contracts/index.js'

/** Activities, each at the workers that reach the host that it is about. */
export const routed = (options: ActivityOptions): Activities =>
  new Proxy({} as Activities, {
    get: (_, type) => (input: unknown) => {
      const site = siteOfInput(input)
      const where = site === undefined ? options : { ...options, taskQueue: siteQueue(site) }
      const all = proxyActivities<Record<string, (input: unknown) => Promise<unknown>>>(where)
      return all[type as string]!(input)
    },
  })
