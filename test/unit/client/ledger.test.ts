import { expect, it, test } from 'vitest'
import { askForOperation, neverDeployed, readLedger } from '../../../src/client/ledger.js'
import type { Link } from '../../../src/client/link.js'
import type { OperationRequest } from '../../../src/contracts/index.js'
import { Cul8erError } from '../../../src/errors.js'

const HOUR = 3_600_000
const started = { operation: 'op-1', workflowId: 'w', revision: 1 }

/** A way to a ledger whose clock is `ahead`, and which answers with what is given, one after another. */
function linkTo(answers: (OperationRequest | Error | typeof started)[], asked: OperationRequest[]): Link {
  const handle = {
    describe: async () => ({ status: { name: 'RUNNING' } }),
    executeUpdate: async (_update: unknown, { args: [request] }: { args: [OperationRequest] }) => {
      asked.push(request)
      const answer = answers[asked.length - 1]
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  const client = { workflow: { getHandle: () => handle } }
  const link = {
    patienceMs: 20_000,
    by: { who: 'ann@laptop' },
    call: (run: (c: typeof client) => unknown) => run(client),
  }
  return link as unknown as Link
}
const expired = (ahead: number): Error =>
  new Cul8erError('EXPIRED', 'too late', { details: { now: new Date(Date.now() + ahead).toISOString() } })

it('asks for what starts before the command gives up, and says who asks', async () => {
  const asked: OperationRequest[] = []
  expect(await askForOperation(linkTo([started], asked), 'shop', { kind: 'destroy' })).toEqual(started)
  const [{ notAfter, by, requestId } = {} as OperationRequest] = asked
  expect(Date.parse(notAfter) - Date.now()).toBeGreaterThan(15_000)
  expect(Date.parse(notAfter) - Date.now()).toBeLessThan(19_000)
  expect(by).toEqual({ who: 'ann@laptop' })
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
})

it('asks once more, by the clock of the ledger, when its own is wrong', async () => {
  const asked: OperationRequest[] = []
  expect(await askForOperation(linkTo([expired(HOUR), started], asked), 'shop', { kind: 'destroy' })).toEqual(started)
  const [first, second] = asked as [OperationRequest, OperationRequest]
  expect(second.requestId).not.toBe(first.requestId)
  expect(Math.abs(Date.parse(second.notAfter) - Date.parse(first.notAfter) - HOUR)).toBeLessThan(1_000)
})

it('and no more than once', async () => {
  const link = linkTo([expired(HOUR), expired(HOUR), started], [])
  await expect(askForOperation(link, 'shop', { kind: 'destroy' })).rejects.toMatchObject({ code: 'EXPIRED' })
})

it('says that a request that nobody answered is not carried out later', async () => {
  const silent = new Cul8erError('SERVICE', 'no worker answers', { hint: 'start one with cul8er worker' })
  await expect(askForOperation(linkTo([silent], []), 'shop', { kind: 'destroy' })).rejects.toMatchObject({
    code: 'SERVICE',
    hint: expect.stringMatching(
      /^start one with cul8er worker; nothing was started, and the request expires at \S+$/,
    ) as string,
  })
})

it('takes no answer of a ledger that was given to another question', async () => {
  const saying = (nonceFor: (asked: string) => string): Link => {
    const query = async (_: unknown, asked: string) => ({ nonce: nonceFor(asked), state: { topology: 'shop' } })
    const client = { workflow: { getHandle: () => ({ query }) } }
    return { call: (run: (c: typeof client) => unknown) => run(client) } as unknown as Link
  }
  expect(
    await readLedger(
      saying((asked) => asked),
      'shop',
    ),
  ).toEqual({ topology: 'shop' })
  await expect(
    readLedger(
      saying(() => 'kept from before'),
      'shop',
    ),
  ).rejects.toMatchObject({ code: 'PERMISSION' })
})

test.each([
  ['shopp', 'shop', 'topology shopp was never deployed (did you mean shop?)'],
  ['shop', undefined, 'topology shop was never deployed'],
  // The list of topologies lags behind.
  ['shop', 'shop', 'topology shop was never deployed'],
])('%s, where %s is deployed', (asked, meant, message) => {
  expect(neverDeployed(asked, meant).message).toBe(message)
})
