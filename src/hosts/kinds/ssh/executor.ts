import { createSshExecutor } from '../../ssh/executor.js'
import type { ExecutorKind } from '../executor.js'

export const sshExecutors: ExecutorKind = {
  create: ({ name, address, credentials }, { knownHosts }) =>
    createSshExecutor(
      { name, address, key: credentials?.ssh?.key ?? null, passphrase: credentials?.ssh?.passphrase ?? null },
      { knownHosts, env: process.env },
    ),
}
