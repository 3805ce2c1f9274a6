import { expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { inspectCordon } from '../../../activities/inspect/cordon.js'
import type { InspectRequests } from '../../../src/contracts/index.js'

/** What the host was asked for. */
async function asked(notAfter: string | undefined): Promise<{ ran: string[]; code: string | null }> {
  const ran: string[] = []
  const run = async ({ args }: { args: readonly string[] }) => {
    ran.push(args.join(' '))
    return Promise.resolve({ stdout: JSON.stringify({ environment: { server_version: '6.0', driver: 'lxc' } }) })
  }
  const deps = { executorFor: () => ({ run }) } as unknown as ActivityDeps
  const cordon = { since: null, reason: 'disk', by: 'ana@desk' }
  const request = { host: 'web', via: {}, cordon, notAfter } as unknown as InspectRequests['cordon']
  const code = await inspectCordon(deps, request, new AbortController().signal).then(
    () => null,
    (error: unknown) => (error as { code: string }).code,
  )
  return { ran, code }
}

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()

it('cordons a host while the command waits', async () => {
  const { ran, code } = await asked(inMs(10_000))
  expect([ran.length, code]).toEqual([2, null])
  expect(ran[1]).toContain('--request=PATCH')
})

it.each([
  ['that was kept and is sent again', inMs(-1)],
  ['without an end', undefined],
  ['whose end is no time', 'tomorrow'],
])('leaves the host alone for a request %s', async (_, notAfter) => {
  expect(await asked(notAfter)).toEqual({ ran: [], code: 'EXPIRED' })
})
