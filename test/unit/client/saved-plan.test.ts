import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readPlan, savedPlan, writePlan } from '../../../src/client/saved-plan.js'
import { topologyOf } from '../../support/rig.js'
import { shop } from '../../support/shop.js'

const topology = topologyOf(shop('1.0.0'))
const plan = savedPlan(topology, {
  revision: { digest: 'd', topology, artifacts: {}, sealed: {}, createdAt: '2026-03-01T12:00:00.000Z' },
  plan: { topology: 'shop', changes: [], empty: true, fingerprint: 'f', notes: [], procedure: { stages: [] } },
  key: Buffer.alloc(32, 'files'),
})

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-plan-'))
  file = join(folder, 'shop.plan')
})
afterAll(() => rm(folder, { recursive: true }))

it('comes back as it was written, for its owner alone', async () => {
  await writeFile(file, '', { mode: 0o644 })
  await writePlan(file, plan)
  expect(await readPlan(file)).toEqual(plan)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('is refused with what no check looks at', async () => {
  await writePlan(file, plan)
  const text = await readFile(file, 'utf8')
  const hidden = text.replace('"resources": {', '"resources": {"__proto__": {"image": "--config=x"},')
  expect(hidden).not.toBe(text)
  await writeFile(file, hidden)
  await expect(readPlan(file)).rejects.toMatchObject({ code: 'USAGE' })
})
