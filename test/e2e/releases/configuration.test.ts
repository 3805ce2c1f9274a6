import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLocalExecutor } from '../../../src/hosts/local.js'
import { installRelease } from '../../../src/releases/install-release.js'
import { incus, inside, instanceSpec, launch } from './instance.js'

const executor = createLocalExecutor({ host: 'localhost' })
let name: string

beforeAll(async () => {
  name = await launch('rt-config')
})
afterAll(async () => {
  if (name) await incus('delete', '-f', name)
})

it('places environment and secrets of an instance without a release, right after it started', async () => {
  const spec = instanceSpec(name, {
    resource: 'postgres',
    environment: { POSTGRES_USER: 'shop', GREETING: 'say "hi" $HOME' },
    secrets: [{ name: 'POSTGRES_PASSWORD', ref: { from: 'system', key: null }, sealed: null }],
  })
  const secrets = new Map([['POSTGRES_PASSWORD', 'hunter2 \n']])
  expect(await installRelease(executor, spec, { artifactPath: null, secrets })).toMatchObject({ uploaded: false })
  expect(await inside(name, 'cat /etc/cul8er/secrets/POSTGRES_PASSWORD')).toBe('hunter2 \n')
  expect(await inside(name, '. /etc/cul8er/postgres.env; echo "$POSTGRES_USER $GREETING"')).toBe(
    'shop say "hi" $HOME\n',
  )
  expect(await inside(name, 'stat -c "%a %u %n" /etc/cul8er /etc/cul8er/* /etc/cul8er/secrets/*')).toBe(
    [
      '755 0 /etc/cul8er',
      '400 0 /etc/cul8er/postgres.env',
      '700 0 /etc/cul8er/secrets',
      '400 0 /etc/cul8er/secrets/POSTGRES_PASSWORD',
      '',
    ].join('\n'),
  )
  expect(await inside(name, 'ls /opt')).toBe('')
})
