import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { begunLine } from '../../../src/cli/begun.js'

const run = { topology: 'shop', operation: 'op-5', revision: 3, workflowId: 'topology/shop/op/5' }
const url = 'http://127.3.4.5:8233'
const address = `${url}/namespaces/default/workflows/topology%2Fshop%2Fop%2F5`

test.each([
  [url, true, `op-5 of shop, to revision 3; watch it at ${address}`],
  [url, false, `op-5 of shop; watch it at ${address}`],
  [null, true, 'op-5 of shop, to revision 3'],
  [null, false, 'op-5 of shop'],
])('with a Web UI at %s, to a revision: %s', (uiUrl, leadsTo, line) => {
  expect(begunLine(run, uiUrl, leadsTo)).toBe(line)
})

test('every command that begins an operation says so in the same words', () => {
  const folder = new URL('../../../src/cli/commands/', import.meta.url)
  const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))
  const begin = files.filter(({ text }) => text.includes('waiting: saysWait(context)')).map(({ name }) => name)
  expect(begin).toEqual([
    'backup.ts',
    'deploy.ts',
    'destroy.ts',
    'hosts-drain.ts',
    'rebalance.ts',
    'restart.ts',
    'restore.ts',
    'rollback.ts',
    'snapshot.ts',
  ])
  expect(files.filter(({ text }) => /(begun|tellBegun)\(context/.test(text)).map(({ name }) => name)).toEqual(begin)
})
