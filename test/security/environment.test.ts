import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Home } from '../e2e/service/home.js'

/*
 * Another topology of the same operator. The first command that is run starts the embedded service, and the secrets of that shell are
 * those of one topology.
 */

const home = new Home()
const first = { FIRST_SECRET: 'belongs-to-the-first' }
const agent = { SSH_AUTH_SOCK: '/tmp/agent-of-the-first' }

const declare = (name: string, secret: string): void =>
  writeFileSync(
    join(home.folder, 'cul8er.config.yaml'),
    `name: ${name}
hosts: { one: { address: localhost, platform: emulated } }
resources:
  app:
    type: container
    on: one
    image: images:alpine/3.19
    environment: { TOKEN: { secret: ${secret} } }
`,
  )

describe('the secret of a topology', () => {
  beforeAll(async () => {
    declare('first', '{ from: system, key: FIRST_SECRET }')
    const { exit, stderr } = await home.cul8er(['deploy', '--yes'], { ...first, ...agent })
    expect([exit, stderr]).toEqual([0, expect.anything()])
  })
  afterAll(() => home.remove())

  it.skipIf(process.platform !== 'linux')('is in no environment of the service (needs /proc)', () => {
    const { supervisor, temporal, worker } = home.record() ?? {}
    for (const part of [supervisor, temporal, worker]) {
      const environ = readFileSync(`/proc/${part?.pid}/environ`, 'utf8')
      expect(environ).toContain('PATH=')
      for (const value of Object.values(first)) expect(environ).not.toContain(value)
      // The worker logs in to hosts with it; Temporal logs in nowhere.
      expect(environ.includes(agent.SSH_AUTH_SOCK)).toBe(part !== temporal)
    }
  })

  it.each(['plan', 'deploy --yes'])('is not given to another: %s says what to export', async (command) => {
    declare('second', '{ from: system, key: FIRST_SECRET }')
    const { exit, stderr } = await home.cul8er(command.split(' '))
    expect(exit).not.toBe(0)
    expect(stderr).toContain('resources.app.environment.TOKEN: FIRST_SECRET')
    expect(stderr).toContain('export FIRST_SECRET')
    expect((await home.cul8er(['state', 'list'])).stdout).not.toContain('second')
  })

  it('is not printed by a command of another', async () => {
    declare('third', '{ from: command, key: printenv FIRST_SECRET }')
    const { exit, stdout } = await home.cul8er(['deploy', '--yes'])
    expect(exit).not.toBe(0)
    expect(stdout).toContain('printenv exited with code 1')
  })

  it('remains its own without the variable', async () => {
    declare('first', '{ from: system, key: FIRST_SECRET }')
    expect((await home.cul8er(['plan'])).exit).toBe(0)
  })

  it.each([
    ['the seal key', 'TOKEN: { secret: { from: system, key: CUL8ER_SEAL_KEY } }'],
    ['a name of ours', 'CUL8ER_RELEASE: other'],
  ])('%s is no variable of an instance', async (_, line) => {
    declare('fourth', '{ from: system }')
    const file = join(home.folder, 'cul8er.config.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/environment: .*/, `environment: { ${line} }`))
    const { exit, stderr } = await home.cul8er(['plan'], { CUL8ER_SEAL_KEY: Buffer.alloc(32).toString('base64') })
    expect([exit, stderr]).toEqual([64, expect.stringContaining("cul8er's own") as string])
  })
})
