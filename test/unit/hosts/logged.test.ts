import { expect, test } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { logged, type RanCommand } from '../../../src/hosts/logged.js'
import { incusError } from '../../../src/incus/errors.js'

const DONE = { stdout: 'SECRET in an answer', stderr: '', durationMs: 1 }
const nothing = (): never => {
  throw new Error('not asked for')
}

const CASES: { name: string; run: () => Promise<typeof DONE & { exitCode: number }>; told: Partial<RanCommand> }[] = [
  { name: 'done', run: async () => ({ ...DONE, exitCode: 0 }), told: { exitCode: 0 } },
  { name: 'a command inside said no', run: async () => ({ ...DONE, exitCode: 3 }), told: { exitCode: 3 } },
  {
    name: 'Incus refused',
    run: async () => {
      throw incusError('Error: Instance not found', 1, ['stop', 'web-1'])
    },
    told: { exitCode: 1, error: 'NOT_FOUND' },
  },
  {
    name: 'killed at its limit',
    run: async () => {
      throw new Cul8erError('TIMEOUT', 'took too long')
    },
    told: { exitCode: null, error: 'TIMEOUT' },
  },
  {
    name: 'cancelled',
    run: async () => {
      throw new Error('aborted')
    },
    told: { exitCode: null, error: 'CANCELLED' },
  },
]

test.each(CASES)('$name: one line with host, command, exit code and time', async ({ run, told }) => {
  const lines: RanCommand[] = []
  const executor: HostExecutor = { host: 'h1', run: nothing, tryRun: run, connect: nothing, close: async () => {} }
  const stdin = Buffer.from('SECRET on standard input')
  await logged(executor, (ran) => lines.push(ran))
    .tryRun({ args: ['exec', 'web-1', '--', 'cat'], stdin })
    .catch(() => undefined)
  expect(lines).toEqual([
    {
      host: 'h1',
      args: ['exec', 'web-1', '--', 'cat'],
      durationMs: expect.any(Number) as number,
      ...told,
    },
  ])
  expect(JSON.stringify(lines)).not.toContain('SECRET')
})
