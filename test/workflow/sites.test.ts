import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { TASK_QUEUE, WorkflowType, type HostRow, type HostsSeen } from '../../src/contracts/index.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { localServer } from '../support/temporal.js'
import { cul8er as run } from '../unit/cli/terminal.js'

/* Two workers, for hosts that only one of them reaches each. */

const web = { on: ['one', 'two'], replicas: 2, deploy: undefined, network: undefined }
const declared = {
  ...(shop('', { web }) as object),
  hosts: {
    one: { address: 'localhost', platform: 'emulated' },
    two: { address: 'localhost', platform: 'emulated', site: 'home' },
  },
}

describe.each([
  { server: 'a server with standalone activities', standalone: true },
  { server: 'a server without them', standalone: false },
])('hosts of a site, $server', ({ standalone }) => {
  let rig: Rig
  let client: Cul8er
  let end: () => Promise<void> = () => Promise.resolve()
  /** Hosts that each worker gave a command to by itself. */
  const reached = { main: new Set<string>(), home: new Set<string>() }
  const noting =
    (hosts: Set<string>) =>
    (executor: HostExecutor): HostExecutor => ({
      ...{ host: executor.host, close: () => executor.close() },
      run: (command, options) => (hosts.add(executor.host), executor.run(command, options)),
      tryRun: (command, options) => (hosts.add(executor.host), executor.tryRun(command, options)),
      connect: (...words) => (hosts.add(executor.host), executor.connect(...words)),
    })
  const begin = async (): Promise<void> => {
    end = await rig.siteWorker('home', noting(reached.home))
  }
  const names = (): string[] => Object.keys(rig.instances()).sort()
  const cul8er = (...args: string[]) =>
    run([...args, '--json'], {
      cwd: rig.folder,
      env: { ...process.env, TEMPORAL_ADDRESS: rig.env.address, CUL8ER_HOME: rig.folder },
    })

  beforeAll(async () => {
    const server = await localServer([], { 'activity.enableStandalone': standalone })
    rig = await Rig.start(server, { wrap: noting(reached.main) })
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
    await writeFile(join(rig.folder, 'cul8er.config.json'), JSON.stringify(declared))
  })
  afterAll(async () => {
    await end()
    await client.close()
    await rig.stop()
  })

  it('are refused within seconds, by the name of the site, while it has no worker', async () => {
    const began = performance.now()
    const refusal = {
      code: 'NO_WORKER',
      message: 'site home has no worker',
      hint: expect.stringContaining('cul8er worker --site home') as string,
    }
    await expect(client.plan(declared as never)).rejects.toMatchObject(refusal)
    expect(await (await client.deploy(declared as never)).result()).toMatchObject({ outcome: 'failed', error: refusal })
    const { hosts } = JSON.parse((await cul8er('hosts')).stdout) as { hosts: HostRow[] }
    expect(hosts).toMatchObject([{ reachable: true }, { site: 'home', reachable: false, error: refusal }])
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(names()).toEqual([])
  })

  it('are reached by its worker alone, and the others by the other', async () => {
    await begin()
    const { plan } = await client.plan(declared as never)
    expect(plan.changes.map(({ host, site }) => [host, site])).toEqual([
      ['one', undefined],
      ['two', 'home'],
    ])
    expect(await (await client.deploy(declared as never)).result()).toMatchObject({ outcome: 'succeeded' })
    expect(names()).toEqual(['shop-web-1', 'shop-web-2'])
    expect(await client.status('shop')).toMatchObject({
      healthy: true,
      instances: [{ host: 'one' }, { host: 'two', health: 'healthy' }],
    })
    expect([[...reached.main], [...reached.home]]).toEqual([['one'], ['two']])
  })

  it('are watched by it: a site without a worker is no failure of its hosts', async () => {
    await end()
    end = () => Promise.resolve()
    const { hosts } = topologyOf(declared)
    const watching = await rig.env.client.workflow.start(WorkflowType.hostWatch, {
      workflowId: `topology/watched-${randomUUID()}/hosts`,
      taskQueue: TASK_QUEUE,
      args: [{ topology: 'watched', hosts, known: {}, deadAfterMs: 2_000 }],
    })
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect((await watching.describe()).status.name).toBe('RUNNING')
    rig.emulator.fault({ match: { host: 'two' }, fault: 'refuse', times: 'always' })
    await begin()
    const { changes } = (await watching.result()) as HostsSeen
    rig.emulator.clearFaults()
    expect(changes).toMatchObject([{ host: 'two', from: 'alive' }])
  })

  it('are given up by it', async () => {
    expect(await (await client.destroy('shop')).result()).toMatchObject({ outcome: 'succeeded' })
    expect(names()).toEqual([])
    expect([[...reached.main], [...reached.home]]).toEqual([['one'], ['two']])
  })
})
