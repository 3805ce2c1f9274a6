import { createEmulatedExecutor } from '../../../emulator/executor.js'
import type { ExecutorKind } from '../executor.js'

export const emulatedExecutors: ExecutorKind = {
  create: ({ name, address }, { emulation }) =>
    createEmulatedExecutor({ host: emulatedHostName(name, address), emulation: emulation() }),
  edgeInFolder: true,
}

/** Which emulated machine a host is: the one at its address, or, where all say localhost, the one of its name. */
const emulatedHostName = (name: string, address: string): string =>
  address === 'localhost' || address === '127.0.0.1' ? name : address
