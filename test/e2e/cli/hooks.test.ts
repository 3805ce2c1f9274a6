import { execa } from 'execa'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationResult } from '../../../src/contracts/index.js'
import { Home } from '../service/home.js'

/* Hooks by the command line, around instances of real Incus: what each way to fail does to these, and what history tells of it. */

const NAME = 'hooks-cli'
const INSTANCE = `${NAME}-app`

describe('hooks', { timeout: 60_000 }, () => {
  const home = new Home()
  const record = join(home.folder, 'ran')
  /** Says that it ran, and ends with an exit code. */
  const hook = (words: string, exit = 0): string[] => [
    'sh',
    '-c',
    `echo "$CUL8ER_HOOK $CUL8ER_OPERATION" >> ${record}; echo '${words}'; exit ${exit}`,
  ]

  function declare(greeting: string, hooks: object): void {
    const app = { type: 'container', on: 'here', image: 'cul8er/tiny', environment: { GREETING: greeting } }
    const hosts = { here: { address: 'localhost', platform: 'debian' } }
    const file = join(home.folder, 'cul8er.config.json')
    writeFileSync(file, JSON.stringify({ name: NAME, hosts, resources: { app }, hooks }))
  }
  const deploy = async (): Promise<{ exit: number; stderr: string; result: OperationResult }> => {
    const { exit, stdout, stderr } = await home.cul8er(['deploy', '--yes', '--json'])
    return { exit, stderr, result: JSON.parse(stdout) as OperationResult }
  }
  const ran = (): string[] => (existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : [])
  const incus = async (...words: string[]): Promise<string> => (await execa('incus', words, { stdin: 'ignore' })).stdout
  const instances = (): Promise<string> => incus('list', `^${NAME}-`, '-f', 'csv', '-c', 'n')
  const greeting = (): Promise<string> => incus('config', 'get', INSTANCE, 'environment.GREETING')
  /** The steps of hooks as `history` tells them, without their times. */
  const told = async (operation: string): Promise<string[]> => {
    const { stdout } = await home.cul8er(['history', NAME, operation])
    return stdout
      .split('\n')
      .flatMap((line) => /(\S+) +((?:before|after)Deploy): .*/.exec(line)?.slice(1, 3).join(' ') ?? [])
  }
  const lastOperation = async (): Promise<unknown> =>
    (await home.json<{ lastOperation: unknown }>(['status', NAME])).lastOperation

  beforeAll(() => home.cul8er(['service', 'start']))
  afterAll(async () => {
    await home.cul8er(['destroy', NAME, '--yes'])
    await home.remove()
  })

  it('one that fails before refuses the deploy: nothing is made, and nothing after it runs', async () => {
    declare('hi', {
      beforeDeploy: [hook('locked'), hook('no database', 3), hook('late')],
      afterDeploy: [hook('after')],
    })
    const { exit, result } = await deploy()
    expect(exit).toBe(1)
    expect(result).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'HOOK',
        message: 'beforeDeploy hook sh failed (exit 3): no database',
        hint: expect.stringContaining('nothing was changed') as string,
      },
    })
    expect(await instances()).toBe('')
    expect(ran()).toEqual(['beforeDeploy op-1', 'beforeDeploy op-1'])
    const { stdout } = await home.cul8er(['history', NAME, 'op-1'])
    expect(stdout).toContain('no database')
    expect(await told('op-1')).toEqual(['✔ beforeDeploy', '✘ beforeDeploy'])
    expect(await lastOperation()).toMatchObject({ operation: 'op-1', outcome: 'failed' })
  })

  it('a required one that fails after takes a first deploy back', async () => {
    declare('hi', { afterDeploy: [{ command: hook('smoke', 4), required: true }] })
    const { exit, result } = await deploy()
    expect([exit, result]).toMatchObject([
      4,
      { outcome: 'rolledBack', error: { code: 'HOOK', message: 'afterDeploy hook sh failed (exit 4): smoke' } },
    ])
    expect(result.steps).toContainEqual(
      expect.objectContaining({ name: 'create', instance: INSTANCE, outcome: 'done' }),
    )
    expect(await instances()).toBe('')
  })

  it('those that succeed are steps like others', async () => {
    declare('hi', {
      beforeDeploy: [hook('locked')],
      afterDeploy: [{ command: hook('fine'), required: true }, hook('purged')],
    })
    expect(await deploy()).toMatchObject({ exit: 0, result: { outcome: 'succeeded' } })
    expect(await greeting()).toBe('hi')
    expect(await told('op-3')).toEqual(['✔ beforeDeploy', '✔ afterDeploy', '✔ afterDeploy'])
  })

  it('a required one that fails after takes an update back', async () => {
    declare('hello', { beforeDeploy: [hook('locked')], afterDeploy: [{ command: hook('smoke', 4), required: true }] })
    const { exit, result } = await deploy()
    expect([exit, result]).toMatchObject([4, { outcome: 'rolledBack', error: { code: 'HOOK' } }])
    expect([await instances(), await greeting()]).toEqual([INSTANCE, 'hi'])
    expect(await told('op-4')).toEqual(['✔ beforeDeploy', '✘ afterDeploy'])
    expect(await lastOperation()).toMatchObject({ operation: 'op-4', outcome: 'rolledBack' })
    const { stdout } = await home.cul8er(['history', NAME])
    expect(stdout.split('\n').filter((line) => line.startsWith('op-'))).toEqual([
      expect.stringMatching(/^op-1 .*failed/),
      expect.stringMatching(/^op-2 .*rolled back/),
      expect.stringMatching(/^op-3 .*succeeded/),
      expect.stringMatching(/^op-4 .*rolled back/),
    ])
  })

  it('one that is not required and fails after is a warning', async () => {
    declare('hello', { afterDeploy: [hook('no cache', 1), hook('next')] })
    const { exit, result } = await deploy()
    const warnings = ['afterDeploy hook sh failed (exit 1): no cache']
    expect([exit, result]).toMatchObject([0, { outcome: 'succeeded', warnings }])
    expect(await told('op-5')).toEqual(['✘ afterDeploy', '✔ afterDeploy'])
    expect(await greeting()).toBe('hello')
  })

  it.each(['SIGTERM', 'SIGKILL'])(
    'one that hangs is ended at its timeout, with all that it started: %s',
    async (by) => {
      const child = join(home.folder, 'child')
      const deaf = by === 'SIGTERM' ? '' : "trap '' TERM; "
      const command = ['sh', '-c', `${deaf}sleep 600 & echo $! > ${child}; echo waiting for a lock; wait`]
      // Whoever is its parent by then may take a moment to see that it ended.
      const ended = () =>
        expect.poll(() => existsSync(`/proc/${readFileSync(child, 'utf8').trim()}`), { timeout: 5_000 }).toBe(false)
      const message = (hook: string): string => `${hook} hook sh did not end within 1 s: waiting for a lock`
      declare('ahoy', { beforeDeploy: [{ command, timeout: '1s' }] })
      const before = await deploy()
      expect(before).toMatchObject({
        exit: 1,
        result: { outcome: 'failed', error: { message: message('beforeDeploy') } },
      })
      expect(before.result.durationMs).toBeLessThan(10_000)
      await ended()
      if (by === 'SIGKILL') return
      declare('ahoy', { afterDeploy: [{ command, timeout: '1s', required: true }] })
      expect(await deploy()).toMatchObject({
        exit: 4,
        result: { outcome: 'rolledBack', error: { message: message('afterDeploy') } },
      })
      await ended()
      expect(await greeting()).toBe('hello')
    },
  )
})
