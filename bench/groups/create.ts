import { join } from 'node:path'
import { PREFIX, removeInstances, type Bench } from '../bench.js'
import { operationFacts, operationRow, type OperationFacts } from '../history.js'
import { APP_PORT } from '../release.js'
import type { Row } from '../report.js'
import { ratioRow, sideBySide } from '../side-by-side.js'

/** New instances with limits, a release and a health check: all side by side, on both sides. */
export async function create(bench: Bench): Promise<Row[]> {
  return [
    ...(await instances(bench, { count: 1, image: 'cul8er/tiny' })),
    ...(await instances(bench, { count: 3, image: 'cul8er/tiny' })),
    ...(await instances(bench, { count: 10, image: 'cul8er/tiny', most: 0.95 })),
    ...(await instances(bench, { count: 3, image: 'cul8er/debian', most: 1 })),
  ]
}

async function instances(
  bench: Bench,
  { count, image, most }: { count: number; image: string; most?: number },
): Promise<Row[]> {
  const kind = image.replace('cul8er/', '')
  const file = await bench.topology(`bench-${kind}-${count}`, {
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: {
      app: {
        type: 'container',
        on: 'here',
        replicas: count,
        image,
        limits: { cpu: 1, memory: '128MiB' },
        deploy: { release: 'bench', version: '1.0.0' },
      },
    },
    strategy: {
      maxParallel: count,
      healthcheck: {
        endpoint: `http://localhost:${APP_PORT}/`,
        interval: '100ms',
        timeout: '2s',
        minHealthyTime: '0s',
        deadline: '60s',
      },
    },
  })
  const script = `${PREFIX}script-${kind}`
  const facts: OperationFacts[] = []
  const times = await sideBySide(bench.rounds, {
    cul8er: {
      run: async () => {
        const since = Date.now()
        const result = await bench.deploy(file)
        facts.push(await operationFacts(bench, result, since))
      },
      after: () => bench.destroy(file),
    },
    script: {
      run: () =>
        bench.script('launch.sh', script, String(count), image, join(bench.folder, 'releases', 'bench-1.0.0.tar.gz')),
      after: () => removeInstances(script),
    },
  })
  return [
    ratioRow(`${count} ${kind} ${count === 1 ? 'instance' : 'instances'}, whole command`, times, most),
    operationRow(facts, times.script, count),
  ]
}
