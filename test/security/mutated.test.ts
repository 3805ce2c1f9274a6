import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPayloadConverter } from '@temporalio/common'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { readPlan, savedPlan } from '../../src/client/saved-plan.js'
import { isOwn, signed, unsigned } from '../../src/client/signed-file.js'
import { readState } from '../../src/contracts/exported-state.js'
import { isRefused, type OperationRequest } from '../../src/contracts/index.js'
import { Cul8erError } from '../../src/errors.js'
import { AuthenticCodec } from '../../src/payloads/codec.js'
import { canonicalJson } from '../../src/plan/digest.js'
import { whatRuns } from '../../src/topology/what-runs.js'
import { malformedStart } from '../../workflows/ledger/malformed.js'
import { topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

/*
 * 5,000 random and mutated plans, states, requests and payloads: none is taken for ours, and none crashes what reads it, trusted or
 * not.
 */

const KEY = Buffer.alloc(32, 'test')
const folder = mkdtempSync(join(tmpdir(), 'cul8er-mutated-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const topology = topologyOf(shop('1.0.0', { ttl: '24h' }))
const artifacts = { 'shop@1.0.0': { sha256: 'a'.repeat(64), size: 1 } }
const sealed = { 'web/TOKEN': { box: 'v1:a:b:c', digest: 'd' } }
const certificates = {
  'web/443': { sealed: sealed['web/TOKEN'], fingerprint: 'f', notAfter: '2027-01-02T00:00:00Z' },
}
const revision = { digest: 'd', topology, artifacts, sealed, certificates, createdAt: '2026-03-01T12:00:00Z' }
const shown = { topology: 'shop', changes: [], empty: true, fingerprint: 'f', notes: [] }
const plan: object = savedPlan(topology, { revision, plan: shown, key: KEY })
const ledger = {
  ...{ topology: 'shop', desired: 1, attempted: 1, stable: 1, stableBefore: [], history: [], current: null },
  ...{ revisions: [{ number: 1, ...revision }], expiresAt: null, lastOperation: 1, lastRevision: 1, dirty: [] },
  standby: { names: ['shop-web-1-blue'], until: '2026-03-01T12:00:00Z' },
}
const state: object = signed('exported state', ledger, KEY)
const request = {
  kind: 'deploy',
  requestId: 'r',
  notAfter: '2026-03-01T12:00:00Z',
  revision,
  force: true,
  without: ['a'],
}

/** Another value somewhere in it, a key more or less; or something else altogether. */
function mutants(original: object): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(null, '', -1, 1e308, [], {}, 'x'.repeat(100_000), '2020-01-01T00:00:00Z', '../../etc'),
  )
  const one = fc.tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), odd, fc.constantFrom('set', 'delete', 'add'))
  const changed = fc.array(one, { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = structuredClone(original)
    for (const [steps, value, how] of changes) change(copy, steps, value, how)
    return copy
  })
  return fc
    .oneof({ arbitrary: changed, weight: 9 }, { arbitrary: odd, weight: 1 })
    .filter((mutant) => canonicalJson(mutant) !== canonicalJson(original))
}

function change(root: object, steps: number[], value: unknown, how: 'set' | 'delete' | 'add'): void {
  let at = root as Record<string, unknown>
  for (const [index, step] of steps.entries()) {
    const keys = Object.keys(at)
    const key = keys[step % Math.max(1, keys.length)] ?? 'more'
    const inner = at[key]
    if (index < steps.length - 1 && typeof inner === 'object' && inner !== null) at = inner as Record<string, unknown>
    else if (how === 'delete') return void delete at[key]
    else return void (at[how === 'add' ? `${key}-more` : key] = structuredClone(value))
  }
}

const usage = (error: unknown): null => {
  expect(error).toBeInstanceOf(Cul8erError)
  expect((error as Cul8erError).code).toBe('USAGE')
  return null
}

it('the originals are ours, and are read', async () => {
  writeFileSync(join(folder, 'plan'), JSON.stringify(plan))
  expect(isOwn('saved plan', await readPlan(join(folder, 'plan')), KEY)).toBe(true)
  expect(isOwn('exported state', state, KEY)).toBe(true)
  expect(readState(unsigned(state))).toEqual(ledger)
  expect(malformedStart(request as unknown as OperationRequest)).toBeNull()
})

it('1,500 plans', async () => {
  await fc.assert(
    fc.asyncProperty(mutants(plan), async (mutant) => {
      const file = join(folder, 'mutant')
      writeFileSync(file, JSON.stringify(mutant))
      expect(isOwn('saved plan', JSON.parse(JSON.stringify(mutant)), KEY)).toBe(false)
      const read = await readPlan(file).catch(usage)
      if (read !== null) expect(whatRuns(read.revision.topology).length).toBeGreaterThan(0)
    }),
    { numRuns: 1_500 },
  )
})

it('1,500 states', () => {
  fc.assert(
    fc.property(mutants(state), (mutant) => {
      expect(isOwn('exported state', mutant, KEY)).toBe(false)
      try {
        const { revisions } = readState(unsigned(mutant))
        for (const each of revisions) expect(whatRuns(each.topology).every((line) => !line.includes('\n'))).toBe(true)
      } catch (error) {
        usage(error)
      }
    }),
    { numRuns: 1_500 },
  )
})

it('1,000 requests', () => {
  fc.assert(
    fc.property(mutants(request), (mutant) => {
      const report = malformedStart(mutant as OperationRequest)
      expect(report === null || report.code === 'USAGE').toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

it('1,000 payloads', async () => {
  const context = { type: 'workflow', namespace: 'default', workflowId: 'topology/shop' } as const
  const command = new AuthenticCodec({ key: KEY, side: 'command' })
  const worker = new AuthenticCodec({ key: KEY, side: 'worker' })
  const [payload] = await command.encode([defaultPayloadConverter.toPayload(request)], context)
  expect(await worker.decode([payload!], context)).toEqual([payload])
  await fc.assert(
    fc.asyncProperty(mutants(request), async (mutant) => {
      const data = Buffer.from(JSON.stringify(mutant))
      const [found] = await worker.decode([{ ...payload, data }], context)
      expect(isRefused(defaultPayloadConverter.fromPayload(found!))).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})
