import { sizeWords } from '../topology/units.js'
import type { HostCheckKind } from './check.js'

/** MiB in a pool below which a release or two fill it. */
const LEAST_FREE_MIB = 1024

export const room: HostCheckKind = {
  name: 'room',
  judge: ({ cpus, memory, rootPool }, { resources }) => {
    const tooLarge = Object.entries(resources).flatMap(
      ([
        name,
        {
          limits: { memoryMiB },
        },
      ]) =>
        memoryMiB !== null && memoryMiB > memory.totalMiB
          ? [`${name} may use ${sizeWords(memoryMiB)} of memory, and the host has ${sizeWords(memory.totalMiB)}`]
          : [],
    )
    const [first] = tooLarge
    if (first !== undefined)
      return { outcome: 'failure', found: first, hint: 'lower limits.memory, or use another host' }
    const free = rootPool === null ? null : rootPool.totalMiB - rootPool.usedMiB
    const has = [
      `${cpus} CPUs`,
      `${sizeWords(memory.totalMiB - memory.usedMiB)} of memory free`,
      ...(free === null ? [] : [`${sizeWords(free)} of disk free`]),
    ].join(', ')
    return free !== null && free < LEAST_FREE_MIB
      ? { outcome: 'warning', found: has, hint: 'free some space in the pool of the default profile' }
      : { outcome: 'ok', found: has }
  },
}
