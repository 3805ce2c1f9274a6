import type { Artifact } from '../../src/plan/model.js'
import {
  progress,
  type LedgerState,
  type Asked,
  type OperationResult,
  type OperationStarted,
  type Outcome,
} from '../../src/contracts/index.js'
import { topologyOf, type Rig } from '../support/rig.js'
import { shop } from '../support/shop.js'

type Extra = Parameters<typeof shop>[1]

/** What a scenario acts on: a small topology of its own, on a host of its own. */
export interface Stage {
  rig: Rig
  name: string
  artifacts: Record<string, Artifact>
}

export const start = (
  { rig, name, artifacts }: Stage,
  version: string,
  strategy: Record<string, unknown>,
  web: Record<string, unknown> = {},
  hooks?: unknown,
): Promise<OperationStarted> => {
  const extra: Extra = {
    name,
    host: name,
    web: { replicas: 2, ...web },
    ...(hooks === undefined ? {} : { hooks }),
    strategy: {
      // An edge without requests: health alone.
      analysis: { interval: '1s', maxErrorRatePercent: false },
      ...(strategy.approach === 'canary' ? { steps: [{ weight: 50, pause: '300ms' }, 100] } : {}),
      ...(strategy.approach === 'blueGreen' ? { keep: '0s' } : {}),
      ...strategy,
    },
  }
  const request: Asked = {
    kind: 'deploy',
    revision: rig.revision(topologyOf(shop(version, extra)), artifacts),
  }
  return rig.start(name, request)
}

export async function finish(stage: Stage, run: OperationStarted): Promise<OperationResult> {
  const result = await stage.rig.end(run)
  await stage.rig.idle(stage.name)
  return result
}

export async function deploy(stage: Stage, version: string, strategy: Record<string, unknown>): Promise<void> {
  await finish(stage, await start(stage, version, strategy))
}

export async function ended(
  outcome: Outcome,
  run: OperationStarted,
  stage: Stage,
): Promise<{ workflowId: string; outcome: Outcome }> {
  await finish(stage, run)
  return { workflowId: run.workflowId, outcome }
}

export async function until({ rig }: Stage, run: OperationStarted, there: (step: string) => boolean): Promise<void> {
  const handle = rig.env.client.workflow.getHandle(run.workflowId)
  for (const since = Date.now(); ;) {
    const { step, result } = await handle.query(progress)
    if (there(step)) return
    if (result !== null || Date.now() - since > 60_000)
      throw new Error(`${run.workflowId} never got there, but to: ${step}`)
    await rig.env.sleep(20)
  }
}

export async function ledgerUntil({ rig, name }: Stage, there: (state: LedgerState) => boolean): Promise<LedgerState> {
  for (const since = Date.now(); ;) {
    const state = await rig.ledger(name)
    if (there(state)) return state
    if (Date.now() - since > 60_000) throw new Error(`the ledger of ${name} never got there`)
    await rig.env.sleep(50)
  }
}
