import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { incus, PREFIX, type Bench } from '../bench.js'
import { balancer } from '../balancer.js'
import { operationFacts, operationRow, type OperationFacts } from '../history.js'
import { APP_PORT } from '../release.js'
import { median, range, type Row } from '../report.js'
import { ratioRow, sideBySide } from '../side-by-side.js'
import { requestsPerSecond } from '../throughput.js'
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
    const rows = [...(await updates(bench, file)), await throughput(bench, port)]
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

async function throughput(bench: Bench, port: number): Promise<Row> {
  const direct: number[] = []
  const through: number[] = []
  const address = /[\d.]+/.exec(await incus('list', '^bench-edge-app-1$', '-f', 'csv', '-c', '4'))?.[0] ?? ''
  for (let round = 0; round < bench.rounds; round += 1) {
    direct.push(await requestsPerSecond(`http://${address}:${APP_PORT}/`))
    through.push(await requestsPerSecond(`http://127.0.0.1:${port}/`))
  }
  const perSecond = (value: number): string => `${Math.round(value)}/s`
  return {
    what: 'requests a second through the edge, 16 kept connections',
    cul8er: perSecond(median(through)),
    against: `${perSecond(median(direct))}, direct to one`,
    ratio: median(through.map((value, i) => value / (direct[i] ?? NaN))),
    note: range(through, perSecond),
  }
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
