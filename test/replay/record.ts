import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { endOf, type OperationEnd } from '../../src/contracts/index.js'
import { Rig } from '../support/rig.js'
import { localServer } from '../support/temporal.js'
import { RELEASES, SCENARIOS } from './scenarios.js'
import type { Stage } from './stage.js'

/*
 * Records a history of each strategy and outcome: `scripts/record-histories [NAME…]`. Do it when workflows have changed on purpose
 * before a release; after one, a change that old histories cannot follow needs `patched` instead.
 */

const FOLDER = fileURLToPath(new URL('histories', import.meta.url))
/** Low, so that a ledger of a few operations begins anew. */
const SUGGEST_NEW_AFTER = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60']

const asked = process.argv.slice(2)
const names = Object.keys(SCENARIOS).filter((name) => asked.length === 0 || asked.includes(name))
if (asked.length === 0) await rm(FOLDER, { recursive: true, force: true })
await mkdir(FOLDER, { recursive: true })
const rig = await Rig.start(await localServer(SUGGEST_NEW_AFTER))
try {
  const artifacts = Object.fromEntries(
    await Promise.all(
      Object.entries(RELEASES).map(async ([v, app]) => [`shop@${v}`, await rig.release('shop', v, app)] as const),
    ),
  )
  for (let i = 0; i < names.length; i += 4) {
    await Promise.all(names.slice(i, i + 4).map((name, k) => record(name, { rig, name: `t${i + k}`, artifacts })))
  }
} finally {
  await rig.stop()
}
console.log(`${(await readdir(FOLDER)).length} histories in ${FOLDER}`)

async function record(name: string, stage: Stage): Promise<void> {
  const scenario = SCENARIOS[name]
  if (scenario === undefined) throw new Error(`no scenario ${name}`)
  const { workflowId, outcome } = await scenario(stage)
  const { client } = rig.env
  if (outcome !== null) {
    const { result } = await endedAs(client.workflow.getHandle(workflowId).result())
    if (result.outcome !== outcome) {
      throw new Error(`${name} ended as ${result.outcome}, not ${outcome}: ${JSON.stringify(result.error)}`)
    }
  }
  let runs = 0
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    runs += 1
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    const json = JSON.stringify(JSON.parse(historyToJSON(history), anonymous))
    await writeFile(join(FOLDER, `${name}${runs === 1 ? '' : `-${runs}`}.json`), `${json}\n`)
  }
  console.log(`${name}: ${runs} recorded`)
}

async function endedAs(result: Promise<unknown>): Promise<OperationEnd> {
  try {
    return (await result) as OperationEnd
  } catch (error) {
    const end = endOf(error)
    if (end === null) throw error
    return end
  }
}

/** Where it was recorded is nobody's business, and would differ each time. */
function anonymous(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return ''
  return key === 'identity' || (typeof value === 'string' && /^\d+@\S+$/.test(value)) ? 'recorder' : value
}
