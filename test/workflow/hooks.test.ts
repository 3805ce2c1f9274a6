import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationResult } from '../../src/contracts/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* What is run before and after operations. 2.0.0 never gets healthy. */

describe('hooks', { timeout: 120_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-hooks-'))

  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '2.0.0': { health: 'never' } })
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await rig.stop()
  })

  const fleet = (name: string, hooks: object, strategy: object = {}) =>
    new Fleet(rig, name, 'rolling', artifacts, {
      hooks,
      web: { replicas: 1 },
      strategy: { healthcheck: QUICK, ...strategy },
    })
  /** Writes a line, with some of what it is told. */
  const writes = (name: string, line = '$CUL8ER_HOOK') => [
    'sh',
    '-c',
    `echo "${line}" >> ${join(folder, name)}; echo wrote`,
  ]
  const written = (name: string): string[] =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim().split('\n') : []
  const stepsOf = ({ steps }: OperationResult): string[] =>
    steps.flatMap(({ name, outcome, note = '' }) =>
      /^(before|after)/.test(name) ? [`${name.split(':')[0]} ${outcome} ${note}`] : [],
    )

  it('run in order around what changes, are told of it, and are steps like others', async () => {
    const told =
      '$CUL8ER_TOPOLOGY $CUL8ER_OPERATION $CUL8ER_KIND $CUL8ER_HOOK_ID $CUL8ER_REVISION $CUL8ER_VERSIONS,$CUL8ER_STABLE_VERSIONS,$CUL8ER_OUTCOME,$PWD'
    const some = fleet('some', { beforeDeploy: [writes('some', told)], afterDeploy: [writes('some', told)] })
    const first = await some.deploy('1.0.0')
    expect(first).toMatchObject({ outcome: 'succeeded' })
    expect(first).not.toHaveProperty('warnings')
    expect(stepsOf(first)).toEqual(['beforeDeploy done wrote', 'afterDeploy done wrote'])
    await some.deploy('1.1.0')
    expect(written('some')).toEqual([
      'some op-1 deploy topology/some/op/1/beforeDeploy/1 1 shop@1.0.0,,,/',
      'some op-1 deploy topology/some/op/1/afterDeploy/1 1 shop@1.0.0,,succeeded,/',
      'some op-2 deploy topology/some/op/2/beforeDeploy/1 2 shop@1.1.0,shop@1.0.0,,/',
      'some op-2 deploy topology/some/op/2/afterDeploy/1 2 shop@1.1.0,shop@1.0.0,succeeded,/',
    ])
  })
})

const QUICK = {
  endpoint: 'http://localhost:4000/health',
  interval: '50ms',
  timeout: '1s',
  retries: 2,
  minHealthyTime: '50ms',
  deadline: '2s',
}
