import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { incus, PREFIX, type Bench } from '../bench.js'
import { balancer } from '../balancer.js'
import { haproxyByHand } from '../by-hand.js'
import { operationFacts, operationRow, type OperationFacts } from '../history.js'
import { APP_PORT } from '../release.js'
import { median, range, type Row } from '../report.js'
import { ratioRow, sideBySide } from '../side-by-side.js'
import { outside, requestsPerSecond } from '../throughput.js'
import { memory } from './cli.js'

const COUNT = 3
/** HAProxy is the app, so that what a request costs is not the app's cost. */
const IMAGE = 'cul8er/edge'
const SCRIPT = `${PREFIX}script-edge`

/** Three instances behind a load balancer: updates, and what the balancer costs a request. */
export async function edge(bench: Bench): Promise<Row[]> {
  const port = await freePort()
  const file = await behindEdge(bench, port)
  try {
    await bench.deploy(file)
    const rows = [...(await updates(bench, file)), ...(await throughput(bench, port))]
    return [...rows, memory(bench, 'memory, after all')]
  } finally {
    await bench.destroy(file)
  }
}

async function updates(bench: Bench, file: string): Promise<Row[]> {
  await bench.script('launch.sh', SCRIPT, String(COUNT), IMAGE, join(bench.folder, 'releases', 'bench-1.0.0.tar.gz'))
  const names = Array.from({ length: COUNT }, (_, i) => `${SCRIPT}-${i + 1}`)
  const scriptEdge = await balancer(bench, `${PREFIX}script-balancer`, names)
  const version = (round: number): string => `1.${round + 1}.0`
  const tarballs: string[] = []
  for (let round = 0; round < bench.rounds; round += 1) tarballs.push(await bench.release(version(round)))

  const facts: OperationFacts[] = []
  const times = await sideBySide(bench.rounds, {
    cul8er: {
      run: async (round) => {
        const since = Date.now()
        facts.push(await operationFacts(bench, await bench.deploy(file, '--version', version(round)), since))
      },
    },
    script: {
      run: (round) =>
        bench.script('update.sh', SCRIPT, String(COUNT), version(round), tarballs[round] ?? '', scriptEdge),
    },
  })
  return [ratioRow(`update of ${COUNT} instances behind the edge`, times, 1), operationRow(facts, times.script, COUNT)]
}

/**
 * Ways to the same apps in each round: themselves, HAProxy set up by hand, the same with the retry that spares clients an app's closed
 * connections, and the edge from outside and over loopback.
 */
async function throughput(bench: Bench, port: number): Promise<Row[]> {
  const [handPort, retryPort] = [await freePort(), await freePort()]
  const names = Array.from({ length: COUNT }, (_, i) => `bench-edge-app-${i + 1}`)
  const apps = await Promise.all(names.map(addressOf))
  const client = await outside(`${PREFIX}out`)
  try {
    const servers = apps.map((app) => `${app}:${APP_PORT}`)
    const instance = names[0] ?? ''
    const byHand = await haproxyByHand(bench, { instance, port: handPort, servers })
    const retrying = await haproxyByHand(bench, { instance, port: retryPort, servers, retry: true })
    try {
      const address = await addressOfHost()
      const found = {
        app: [] as number[],
        byHand: [] as number[],
        retrying: [] as number[],
        edge: [] as number[],
        loopback: [] as number[],
      }
      for (let round = 0; round < bench.rounds; round += 1) {
        found.app.push(await requestsPerSecond(client.place, apps[0] ?? '', APP_PORT))
        const ways = [
          async () => found.byHand.push(await requestsPerSecond(client.place, address, handPort)),
          async () => found.retrying.push(await requestsPerSecond(client.place, address, retryPort)),
          async () => found.edge.push(await requestsPerSecond(client.place, address, port)),
        ]
        for (const way of round % 2 === 0 ? ways : ways.reverse()) await way()
        found.loopback.push(await requestsPerSecond([], '127.0.0.1', port))
      }
      return [
        rate('requests a second through the edge, from outside', found.edge, found.byHand, 'HAProxy by hand', 0.9),
        rate('the same beside one that tries again, too', found.edge, found.retrying, 'HAProxy by hand with retry'),
        rate('the same over loopback', found.loopback, found.byHand, 'HAProxy by hand'),
        rate('the same from outside', found.edge, found.app, 'direct to one app'),
      ]
    } finally {
      byHand.close()
      retrying.close()
    }
  } finally {
    await client.close()
  }
}

/** The ratio is the median of the rounds' ratios, as what else the machine does hits both of a round. */
function rate(what: string, through: number[], against: number[], words: string, least?: number): Row {
  const perSecond = (value: number): string => `${Math.round(value)}/s`
  const ratio = median(through.map((value, i) => value / (against[i] ?? NaN)))
  return {
    what,
    cul8er: perSecond(median(through)),
    against: `${perSecond(median(against))}, ${words}`,
    ratio,
    ...(least === undefined ? {} : { aim: { least, value: ratio, text: `≥ ${least}` } }),
    note: range(through, perSecond),
  }
}

const addressOf = async (instance: string): Promise<string> =>
  /[\d.]+/.exec(await incus('list', `^${instance}$`, '-f', 'csv', '-c', '4'))?.[0] ?? ''

/** One that the kernel sends on to the edge; otherwise any that is not for this host alone. */
async function addressOfHost(): Promise<string> {
  const { devices } = JSON.parse(await incus('query', '/1.0/instances/cul8er-edge')) as {
    devices: Record<string, Record<string, string>>
  }
  const direct = Object.values(devices).find(({ nat }) => nat === 'true')?.listen
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  return direct?.split(':')[1] ?? own ?? ''
}

const behindEdge = (bench: Bench, port: number): Promise<string> =>
  bench.topology('bench-edge', {
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: {
      app: {
        type: 'container',
        on: 'here',
        replicas: COUNT,
        image: IMAGE,
        limits: { cpu: 1, memory: '128MiB' },
        network: { expose: [{ port: APP_PORT, as: port, protocol: 'http' }] },
        deploy: { release: 'bench', version: '1.0.0' },
      },
    },
    strategy: {
      maxParallel: 1,
      healthcheck: {
        endpoint: `http://localhost:${APP_PORT}/`,
        interval: '100ms',
        timeout: '2s',
        minHealthyTime: '0s',
        deadline: '60s',
      },
    },
  })

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
