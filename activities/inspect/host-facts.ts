import type { HostFacts } from '../../src/host-checks/check.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import {
  getProfile,
  hostNetworks,
  hostResources,
  listPools,
  parseHostResources,
  parseNetworks,
  parsePools,
  parseProfile,
  parseServer,
  serverInfo,
  type IncusCommand,
} from '../../src/incus/index.js'
import { poolRoom, roomOf } from './pool-room.js'

/** What a host tells of itself. @throws Cul8erError as an executor's run does */
export async function factsOf(executor: HostExecutor, signal: AbortSignal): Promise<HostFacts> {
  const ask = async (command: IncusCommand): Promise<string> => (await executor.run(command, { signal })).stdout
  const server = parseServer(await ask(serverInfo()))
  const [resources, pools, networks, { devices }] = await Promise.all([
    ask(hostResources()).then(parseHostResources),
    ask(listPools()).then(parsePools),
    ask(hostNetworks()).then(parseNetworks),
    ask(getProfile('default')).then(parseProfile),
  ])
  const root = pools.find(({ name }) => name === devices.root?.pool)
  return {
    server,
    cpus: resources.cpus,
    memory: roomOf({ totalBytes: resources.memoryBytes, usedBytes: resources.usedMemoryBytes }),
    pools,
    networks,
    devices,
    rootPool: root === undefined ? null : await poolRoom(root.name, ask),
  }
}
