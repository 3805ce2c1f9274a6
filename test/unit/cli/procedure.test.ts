import { expect, test } from 'vitest'
import { palette } from '../../../src/cli/palette.js'
import { planText } from '../../../src/cli/render/plan.js'
import { procedureLines } from '../../../src/cli/render/procedure.js'
import type { ProcedureView } from '../../../src/plan/model.js'
import type { Change } from '../../../src/plan/model.js'

const plain = palette({ isTTY: false }, {})
const update = ['drain', 'snapshot', 'install release', 'wait until healthy', 'admit']
const lane = (instance: string | null, steps = update) => ({ instance, host: instance === null ? null : 'one', steps })
const view = (...stages: ProcedureView['stages']): ProcedureView => ({ stages })
const lines = (procedure: ProcedureView, columns: number) => procedureLines(procedure, { columns, colors: plain })

const rolling = view(
  { name: 'batch 1 of 2', lanes: [lane('web-1')] },
  { name: 'batch 2 of 2', lanes: [lane('web-2'), lane('web-3')] },
  { name: 'verify', lanes: [lane(null, ['settle the edge', 'recheck health'])] },
  { name: 'remove', lanes: [lane('old-1', ['delete']), lane('db-1', ['stop', 'delete']), lane('old-2', ['delete'])] },
)

test('at 100 columns', () => {
  expect(lines(rolling, 100)).toEqual([
    '  1. batch 1 of 2: web-1: drain, snapshot, install release, wait until healthy, admit',
    '  2. batch 2 of 2: web-2, web-3: drain, snapshot, install release, wait until healthy, admit',
    '  3. verify: settle the edge, recheck health',
    '  4. remove:',
    '     old-1, old-2: delete',
    '     db-1: stop, delete',
  ])
})

test('at 60 columns', () => {
  expect(lines(rolling, 60)).toEqual([
    '  1. batch 1 of 2: web-1: drain, snapshot, install release,',
    '     wait until healthy, admit',
    '  2. batch 2 of 2: web-2, web-3: drain, snapshot, install',
    '     release, wait until healthy, admit',
    '  3. verify: settle the edge, recheck health',
    '  4. remove:',
    '     old-1, old-2: delete',
    '     db-1: stop, delete',
  ])
})

test.each([40, 60, 80, 100])('no line is longer than %i columns', (columns) => {
  for (const line of lines(rolling, columns)) expect(line.length).toBeLessThanOrEqual(columns)
})

test('a word that is longer than a line has one of its own', () => {
  const name = 'x'.repeat(60)
  expect(lines(view({ name: 'create', lanes: [lane(name, ['create'])] }), 40)).toEqual([
    '  1. create:',
    `     ${name}:`,
    '     create',
  ])
})

test('many instances are counted', () => {
  const names = Array.from({ length: 50 }, (_, i) => `w-${i + 1}`)
  expect(lines(view({ name: 'all', lanes: names.map((name) => lane(name, ['create'])) }), 200)).toEqual([
    '  1. all: w-1, w-2, w-3, w-4, w-5, w-6, w-7, w-8, 42 more: create',
  ])
  const nine = view({ name: 'all', lanes: names.slice(0, 9).map((name) => lane(name, ['create'])) })
  expect(lines(nine, 200)[0]).toContain('w-8, w-9: create')
})

test('many different lanes, and many stages, are counted', () => {
  const different = Array.from({ length: 9 }, (_, i) => lane(`w-${i}`, [`step ${i}`]))
  expect(lines(view({ name: 'all', lanes: different }), 80).slice(-2)).toEqual([
    '     w-4: step 4',
    '     … 4 more beside them',
  ])
  const batches = Array.from({ length: 100 }, (_, i) => ({ name: `batch ${i + 1}`, lanes: [lane('w', ['update'])] }))
  const shown = lines(view(...batches), 80)
  expect(shown).toHaveLength(21)
  expect(shown.slice(14, 17)).toEqual([
    '   15. batch 15: w: update',
    '       … 80 more stages; --json shows all',
    '   96. batch 96: w: update',
  ])
  expect(lines(view(...batches.slice(0, 20)), 80)).toHaveLength(20)
})

test('a plan has them below its changes, and before what a person should know', () => {
  const change: Change = {
    action: 'update',
    resource: 'web',
    instance: 'web-1',
    host: 'one',
    reasons: [],
    drift: false,
  }
  const plan = { topology: 'shop', empty: false, changes: [change], notes: ['a note'] }
  const procedure = view({ name: 'batch 1 of 1', lanes: [lane('web-1', ['drain', 'admit'])] })
  expect(planText({ ...plan, procedure }, plain).split('\n')).toEqual([
    'shop: 1 to update',
    '  ~ update web-1 on one',
    '',
    'in this order:',
    '  1. batch 1 of 1: web-1: drain, admit',
    '',
    '! a note',
  ])
  expect(planText(plan, plain).split('\n')).toEqual(['shop: 1 to update', '  ~ update web-1 on one', '! a note'])
})
