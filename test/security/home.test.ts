import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Home } from '../e2e/service/home.js'
import { canMakeUsers } from '../support/stranger.js'

/*
 * Another user of the machine, who made the home before the operator did, or can write into it: the key in it would be theirs, and so
 * would be what runs.
 */

describe('a home that another user may have prepared', () => {
  let home: Home
  beforeEach(() => {
    home = new Home()
    mkdirSync(home.path, { mode: 0o700 })
  })
  afterEach(() => home.remove())

  const refused = async (args: string[]): Promise<string> => {
    const { exit, stderr } = await home.cul8er(args)
    expect(exit).not.toBe(0)
    expect(existsSync(join(home.path, 'seal.key'))).toBe(false)
    expect(existsSync(join(home.path, 'locks'))).toBe(false)
    return stderr
  }

  it.each(['service start', 'service stop', 'service status', 'state list'])(
    'is refused when others can write it: %s',
    async (command) => {
      chmodSync(home.path, 0o777)
      expect(await refused(command.split(' '))).toMatch(/can be written by others \(mode 777\)[^]*chmod 700/)
    },
  )

  it.skipIf(!canMakeUsers)('is refused when it is theirs (needs root)', async () => {
    chownSync(home.path, 54_321, 54_321)
    expect(await refused(['state', 'list'])).toContain('belongs to user 54321')
  })

  it('is named by doctor', async () => {
    chmodSync(home.path, 0o777)
    const checks = await home.json<{ checks: { name: string; outcome: string }[] }>(['doctor'])
    expect(checks.checks.filter(({ name }) => name === 'home' || name === 'service')).toEqual([
      expect.objectContaining({ name: 'service', outcome: 'failure' }),
      expect.objectContaining({ name: 'home', outcome: 'failure' }),
    ])
  })

  it('is refused with a record that is a link', async () => {
    copyFileSync('/etc/hostname', join(home.folder, 'planted'))
    symlinkSync(join(home.folder, 'planted'), join(home.path, 'service.json'))
    const { exit, stderr } = await home.cul8er(['service', 'start'])
    expect([exit, stderr]).toEqual([expect.any(Number), expect.stringContaining('service.json is a link')])
    expect(exit).not.toBe(0)
  })
})
