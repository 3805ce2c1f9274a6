import { describe, expect, it } from 'vitest'
import { parseTopologies } from '../../../src/topology/parse.js'
import { sectionsOf } from '../../../src/topology/schema/sections.js'
import { topologySchema } from '../../../src/topology/schema/topology.js'
import { declaration, parsed, problemsOf, said, withApp } from './sample.js'

const check = { endpoint: 'http://localhost/', interval: '1s' }

describe('two spellings of a key mean the same', () => {
  it.each([
    [{ strategy: { max_parallel: 2 } }, { strategy: { maxParallel: 2 } }],
    [{ strategy: { batch_size: 2 } }, { strategy: { batchSize: 2 } }],
    [{ strategy: { approach: 'blue_green' } }, { strategy: { approach: 'blueGreen' } }],
    [
      { strategy: { health_check: { ...check, expected_status: 200, min_healthy_time: '2s' } } },
      { strategy: { healthcheck: { ...check, expectedStatus: 200, minHealthyTime: '2s' } } },
    ],
    [{ strategy: { healthCheck: check } }, { strategy: { healthcheck: check } }],
    [
      { strategy: { rollback: { on_failure: 'hold', keep_snapshots: 1 } } },
      { strategy: { rollback: { onFailure: 'hold', keepSnapshots: 1 } } },
    ],
    [
      { strategy: { approach: 'canary', steps: [{ weight: 10, analysis: { max_error_rate_percent: 2 } }] } },
      { strategy: { approach: 'canary', steps: [{ weight: 10, analysis: { maxErrorRatePercent: 2 } }] } },
    ],
    [
      { hosts: { here: { address: 'web', platform: 'incusos' } } },
      { hosts: { here: { address: 'https://web:8443', platform: 'icusos' } } },
    ],
  ])('%j', (written, normal) => expect(parsed(declaration(written))).toStrictEqual(parsed(declaration(normal))))

  it('what a user names is not ours to spell', () => {
    const { resources } = parsed(
      withApp({ environment: { max_parallel: '1' }, devices: { health_check: { type: 'nic' } } }),
    )
    expect(resources.app?.environment).toHaveProperty('max_parallel')
    expect(resources.app?.devices).toHaveProperty('health_check')
  })

  it('both at once are one too many, and problems have the path that is written', () => {
    expect(said(declaration({ strategy: { max_parallel: 2, maxParallel: 3 } }))).toEqual([
      'strategy.max_parallel: found max_parallel beside maxParallel, allowed one of them: they are the same',
    ])
    expect(said(declaration({ strategy: { health_check: { ...check, expected_status: 2 } } }))).toEqual([
      'strategy.health_check.expected_status: found 2, allowed a whole number from 100 to 599',
    ])
    const several = parseTopologies([declaration(), declaration({ name: 'b', strategy: { max_parallel: 0 } })])
    expect(several.ok ? [] : several.problems.map(({ path }) => path)).toEqual(['[1].strategy.max_parallel'])
  })
})

describe('what was probably meant', () => {
  it.each([
    [withApp({ network: { limits: { cpu: 1 } } }), '`limits` belongs to the resource'],
    [withApp({ limits: { replicas: 2 } }), '`replicas` belongs to the resource'],
    [withApp({ deploy: { release: 'x', on_failure: 'hold' } }), 'did you mean strategy.rollback.onFailure?'],
    [withApp({ memory: '1GiB' }), 'did you mean resources.app.limits.memory?'],
    [withApp({ approach: 'canary' }), 'did you mean strategy.approach?'],
    [withApp({ health: { endpoint: 'http://localhost/' } }), 'did you mean healthcheck?'],
    [withApp({ from_image: 'x' }), null],
    [withApp({ limits: { mem: '1GiB' } }), 'did you mean memory?'],
    [withApp({ count: 2 }), 'did you mean replicas?'],
    [declaration({ strategy: { type: 'canary' } }), 'did you mean approach?'],
    [declaration({ strategy: { batch: 1 } }), 'did you mean maxParallel?'],
    [declaration({ strategy: { healthcheck: { url: 'http://localhost/' } } }), 'did you mean endpoint?'],
    [declaration({ image: 'x' }), 'did you mean resources.<name>.image?'],
    [declaration({ onFailure: 'hold' }), 'did you mean strategy.rollback.onFailure?'],
    [declaration({ strategy: { ttl: '1h' } }), '`ttl` belongs to the topology itself'],
    [declaration({ strategy: { rollback: { max_parallel: 1 } } }), '`maxParallel` belongs to `strategy`'],
    [declaration({ strategy: { endpoint: 'http://localhost/' } }), 'did you mean strategy.healthcheck.endpoint?'],
    [declaration({ strategy: { approach: ':rolling' } }), 'did you mean rolling?'],
    [declaration({ strategy: { approach: 'canery' } }), 'did you mean canary?'],
    [declaration({ strategy: { drain: { seconds: 10 } } }), 'did you mean 10s?'],
    [declaration({ strategy: { drain: '5 minutes' } }), 'did you mean 5m?'],
    [withApp({ limits: { memory: { gigabytes: 2 } } }), 'did you mean 2GiB?'],
    [withApp({ limits: { memory: '512mb' } }), 'did you mean 512MB?'],
    [
      declaration({ cluster: { name: 'c', nodes: ['app'], discovery: { strategy: 'Cluster.Strategy.Gossip' } } }),
      'did you mean gossip?',
    ],
    [declaration({ hosts: { here: { address: 'localhost', platform: 'incus_os' } } }), 'did you mean incusos?'],
  ])('%#', (written, words) => {
    const message = said(written)[0] ?? ''
    if (words === null) expect(message).not.toMatch(/belongs|did you mean (?!image)/)
    else expect(message.endsWith(` (${words})`), message).toBe(true)
  })

  it('every key of ours in a wrong place is told a right one', () => {
    const misplaced = sectionsOf(topologySchema).flatMap(({ keys }) => keys)
    const untold = misplaced.filter(
      (key) => problemsOf(declaration({ strategy: { rollback: { [key]: 1 } } }))[0]?.suggestion === undefined,
    )
    expect(untold.filter((key) => !['onFailure', 'snapshot', 'keepSnapshots'].includes(key))).toEqual([])
  })
})

it.each(['kubernetes', 'none'])('discovery by %s is refused by name', (strategy) =>
  expect(said(declaration({ cluster: { name: 'c', nodes: ['app'], discovery: { strategy } } }))).toEqual([
    `cluster.discovery.strategy: found "${strategy}", allowed epmd, gossip, dns: ${strategy} is not built yet`,
  ]),
)
