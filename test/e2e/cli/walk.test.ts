import { execaSync } from 'execa'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processesOf } from '../../support/processes.js'
import { Walk } from './walk.js'

/*
 * What a person sees from the first plan to the removal, in a wide and in a narrow terminal, beside what was approved (`-u` approves
 * anew). Times and what a run makes up are replaced by words.
 */

const hasTmux = execaSync('tmux', ['-V'], { reject: false }).exitCode === 0

describe.skipIf(!hasTmux).each([100, 60])('the walk at %i columns (needs tmux)', (columns) => {
  const walk = new Walk(columns, { service: 17_360, ui: 18_360 })
  const { home } = walk

  beforeAll(async () => {
    declare('hi')
    await home.cul8er(['service', 'start'])
  })
  afterAll(async () => {
    await walk.close()
    await home.remove()
  })

  function declare(greeting: string): void {
    writeFileSync(
      join(home.folder, 'cul8er.config.yaml'),
      `name: shop
hosts: { one: { address: localhost, platform: emulated } }
resources:
  db: { on: one, image: images:debian/12, stateful: true, volumes: { data: { path: /var/lib/db } } }
  web: { on: one, image: images:alpine/3.19, replicas: 3, environment: { GREETING: ${greeting} } }
strategy: { approach: rolling, maxParallel: 1 }
`,
    )
  }

  it('shows what was approved', { timeout: 400_000 }, async () => {
    await walk.type('cul8er validate', 0)
    await walk.type('cul8er plan', 2)
    await walk.type('cul8er deploy', 0, [['Deploy shop?', 'y']])
    await walk.type('cul8er status', 0)
    declare('hello')
    await walk.type('cul8er plan', 2)
    await walk.type('cul8er deploy', 0, [['Deploy shop?', 'y']])
    await walk.type('cul8er history', 0)
    await walk.type('cul8er rollback', 1, [['Roll shop back to revision 1?', 'n']])
    await walk.type('cul8er destroy', 0, [['Remove all instances', 'y']])
    await walk.type('cul8er state list', 0)
    await expect(walk.text).toMatchFileSnapshot(`approved/walk-${columns}.txt`)
    expect(walk.tooLong).toEqual([])
  })

  it('leaves the machine as it was before', async () => {
    expect((await home.cul8er(['orphans'])).stdout).toBe('no orphans on one')
    expect((await home.cul8er(['service', 'stop', '--yes'])).stdout).toBe('the service has stopped')
    await walk.close()
    expect(processesOf(home.path)).toEqual([])
    // The command keeps nothing outside of its home but what it compiled and downloaded.
    expect(readdirSync(home.folder).filter((name) => !['home', '.cache'].includes(name))).toEqual([
      'cul8er.config.yaml',
    ])
  })
})
