import type { Room } from '../../src/contracts/index.js'
import { parsePoolResources, poolResources, type IncusCommand } from '../../src/incus/index.js'

const MIB = 1024 * 1024

export const roomOf = ({ totalBytes, usedBytes }: { totalBytes: number; usedBytes: number }): Room => ({
  totalMiB: Math.round(totalBytes / MIB),
  usedMiB: Math.round(usedBytes / MIB),
})

/** @throws Cul8erError as `ask` does, INCUS */
export const poolRoom = async (pool: string, ask: (command: IncusCommand) => Promise<string>): Promise<Room> =>
  roomOf(parsePoolResources(await ask(poolResources(pool))))
