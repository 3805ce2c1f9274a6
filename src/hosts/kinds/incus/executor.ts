import type { ExecutorKind } from '../executor.js'
import { createRemoteExecutor } from './create.js'
import { remotesFolder } from './folder.js'

export const incusExecutors: ExecutorKind = {
  create: ({ name, address }, { client, home }) =>
    createRemoteExecutor({
      host: { name, address },
      folder: remotesFolder(home),
      ...(client === undefined ? {} : { client }),
    }),
}
