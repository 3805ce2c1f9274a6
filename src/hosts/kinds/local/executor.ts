import { createLocalExecutor } from '../../local.js'
import type { ExecutorKind } from '../executor.js'

export const localExecutors: ExecutorKind = {
  create: ({ name }, { client }) => createLocalExecutor({ host: name, ...(client === undefined ? {} : { client }) }),
}
