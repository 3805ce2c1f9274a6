import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLocalExecutor } from '../../src/hosts/local.js'
import { deleteInstance } from '../../src/incus/index.js'
import { fingerprint } from '../../src/hosts/ssh/fingerprint.js'
import { startSshd, type Sshd } from '../support/sshd.js'
import { Home } from './service/home.js'

/* A topology on a host over SSH: the embedded service's worker logs in, with the keys and the configuration of its user. */

const home = new Home()
let sshd: Sshd
/** The service's user has this server's key, and knows no host key. */
let user: Record<string, string>

beforeAll(async () => {
  sshd = await startSshd()
  writeFileSync(join(sshd.home, '.ssh', 'known_hosts'), '')
  writeFileSync(
    join(home.folder, 'cul8er.config.yaml'),
    `name: over-ssh
hosts: { web: { address: '${sshd.address}', platform: debian } }
resources:
  app: { type: container, on: web, image: cul8er/tiny, healthcheck: { command: ['true'] } }
`,
  )
  user = { HOME: sshd.home, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache') }
})
afterAll(async () => {
  await home.remove()
  const here = createLocalExecutor({ host: 'here' })
  await here.run(deleteInstance('over-ssh-app', { force: true })).catch(() => {})
  await sshd.close()
})

const cul8er = (...args: string[]) => home.cul8er(args, user)

it('is deployed once the host key is trusted, and destroyed', async () => {
  const unknown = await cul8er('deploy', '--yes')
  expect(unknown.exit).toBe(1)
  expect(unknown.stdout + unknown.stderr).toContain('cul8er hosts trust web')
  const key = fingerprint(sshd.knownHost.split(' ')[2]!)
  expect(await cul8er('hosts', 'trust', 'web', '--fingerprint', key)).toMatchObject({ exit: 0 })
  expect(await cul8er('deploy', '--yes')).toMatchObject({ exit: 0 })
  const status = await home.json<{ healthy: boolean; instances: object[] }>(['status'], user)
  expect(status).toMatchObject({ healthy: true, instances: [{ name: 'over-ssh-app', host: 'web', state: 'Running' }] })
  const inside = await cul8er('exec', 'app', '--', 'hostname')
  expect(inside).toMatchObject({ exit: 0, stdout: 'over-ssh-app' })
  await sshd.cut()
  expect(await cul8er('destroy', '--yes')).toMatchObject({ exit: 0 })
  expect(await sshd.pids()).toHaveLength(1)
})
