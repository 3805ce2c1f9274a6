import { expect } from 'vitest'
import type { InstanceState } from '../../src/emulator/model.js'
import type { Artifact, Plan, Revision } from '../../src/plan/model.js'
import {
  progress,
  type LedgerState,
  type Asked,
  type OperationResult,
  type OperationStarted,
  type Progress,
} from '../../src/contracts/index.js'
import { topologyOf, type Rig } from './rig.js'
import { shop } from './shop.js'
import { showOnFailure } from './shown-on-failure.js'

export type Approach = 'rolling' | 'blueGreen' | 'canary' | 'recreate'
type Request = Asked
type Extra = Parameters<typeof shop>[1]

/** Releases of a shop by version, and how each behaves on an emulated host. */
export async function shopReleases(
  rig: Rig,
  versions: Record<string, Record<string, unknown>>,
): Promise<Record<string, Artifact>> {
  const entries = Object.entries(versions).map(
    async ([version, app]) => [`shop@${version}`, await rig.release('shop', version, app)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

/** One topology of three instances on an emulated host of its own: many of them share a rig without meeting. */
export class Fleet {
  constructor(
    readonly rig: Rig,
    /** Of the topology and of its host. */
    readonly name: string,
    readonly approach: Approach,
    private readonly artifacts: Record<string, Artifact>,
    private readonly extra: Extra = {},
  ) {}

  revision(version: string, extra: Extra = {}): Omit<Revision, 'number'> {
    const { strategy, ...rest } = { ...this.extra, ...extra }
    const declaration = shop(version, {
      name: this.name,
      host: this.name,
      ...rest,
      strategy: {
        approach: this.approach,
        ...(this.approach === 'blueGreen' ? { keep: '0s' } : {}),
        ...(this.approach === 'canary' ? { steps: [{ weight: 50, pause: '300ms' }, 100], analysis: ANALYSIS } : {}),
        healthcheck: PATIENT,
        ...strategy,
      },
    })
    return this.rig.revision(topologyOf(declaration), this.artifacts)
  }

  deploy(version: string, extra: Extra = {}, request: Partial<Request> = {}): Promise<OperationResult> {
    return this.run({ kind: 'deploy', revision: this.revision(version, extra), ...request })
  }

  start(version: string, extra: Extra = {}): Promise<OperationStarted> {
    return this.rig.start(this.name, { kind: 'deploy', revision: this.revision(version, extra) })
  }

  async run(request: Request): Promise<OperationResult> {
    return this.settled(await this.rig.run(this.name, request))
  }

  /** How it ended, when the ledger has written it down. */
  async end(started: OperationStarted): Promise<OperationResult> {
    return this.settled(await this.rig.end(started))
  }

  private async settled(result: OperationResult): Promise<OperationResult> {
    if (result.outcome !== 'succeeded') showOnFailure(`${this.name}: ${JSON.stringify(result, null, 1)}`)
    await this.rig.idle(this.name)
    return result
  }

  /** Until an operation is where the test wants it; fails after a while. */
  async until(started: OperationStarted, there: (now: Progress) => boolean): Promise<Progress> {
    const handle = this.rig.env.client.workflow.getHandle(started.workflowId)
    for (const since = Date.now(); ;) {
      const now = await handle.query(progress)
      if (there(now)) return now
      if (now.result !== null || Date.now() - since > 30_000) {
        throw new Error(`it never got there, but to: ${now.step}\n${JSON.stringify(now.steps.slice(-5), null, 1)}`)
      }
      await this.rig.env.sleep(15)
    }
  }

  ledger(): Promise<LedgerState> {
    return this.rig.ledger(this.name)
  }

  /** As a command would ask for it, with what the ledger knows. */
  async plan(version: string, extra: Extra = {}): Promise<Plan> {
    const { dirty, standby, revisions, stable } = await this.ledger()
    const { plan } = await this.rig.inspect({
      kind: 'plan',
      topology: this.name,
      revision: this.revision(version, extra),
      base: revisions.find(({ number }) => number === stable) ?? null,
      dirty,
      standby: standby?.names ?? [],
    })
    return plan
  }

  /** On the fleet's host, by name. */
  instances(): Record<string, InstanceState> {
    const all = Object.values(this.rig.emulator.state()[this.name]?.instances ?? {})
    return Object.fromEntries(all.map((instance) => [instance.name, instance]))
  }

  /** What is said on the host by somebody else. */
  async byHand(...args: string[]): Promise<void> {
    const { exitCode, stderr } = await this.rig.emulator.execute(this.name, args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  }

  stopApp(instance: string): Promise<void> {
    return this.byHand('exec', instance, '--', 'sh', '-c', '', 'cul8er-stop', 'shop', '1')
  }

  /** Each instance with the version that its labels claim, the one that runs in it, and how the edge and the app answer. */
  async picture(): Promise<Record<string, Seen>> {
    const serving = this.rig.edges.get(this.name)?.serving(this.name) ?? {}
    const servers = this.rig.edges.get(this.name)?.servers(this.name) ?? []
    const seen = await Promise.all(
      Object.values(this.instances()).map(async ({ name, status, config, data }): Promise<[string, Seen]> => {
        const server = servers.find((s) => s.name === name)
        const answers = server === undefined ? null : await ask(`http://${server.address}:${server.port}/`)
        return [
          name,
          {
            status,
            role: config['user.cul8er.role'] ?? 'none',
            claims: config['user.cul8er.release'] ?? 'none',
            runs: data.releases.shop?.current ?? null,
            weight: serving[name] ?? null,
            answers,
          },
        ]
      }),
    )
    return Object.fromEntries(seen)
  }

  /** One version everywhere: all there, live, serving, answering, nothing beside them, nothing in the edge that is not. */
  async expectAll(version: string, color: '' | 'blue' | 'green' = ''): Promise<void> {
    const whole = {
      status: 'Running',
      role: 'live',
      claims: `shop@${version}`,
      runs: version,
      weight: 100,
      answers: version,
    }
    const names = this.names(color)
    expect(await this.picture()).toEqual(Object.fromEntries(names.map((name) => [name, whole])))
    const told = this.rig.edges.get(this.name)?.servers(this.name) ?? []
    expect(told.map(({ name }) => name).sort()).toEqual(names)
  }

  /** Also in the ledger's eyes: nothing open, and nothing to do. */
  async expectSettled(version: string, color: '' | 'blue' | 'green' = ''): Promise<void> {
    await this.expectAll(version, color)
    expect(await this.ledger()).toMatchObject({ current: null, dirty: [], standby: null })
    expect((await this.plan(version)).changes).toEqual([])
  }

  /** The color that the public ports lead to. */
  get color(): '' | 'blue' | 'green' {
    const [first = ''] = Object.keys(this.rig.edges.get(this.name)?.serving(this.name) ?? {})
    return first.endsWith('-blue') ? 'blue' : first.endsWith('-green') ? 'green' : ''
  }

  names(color: '' | 'blue' | 'green' | 'canary' = ''): string[] {
    return [1, 2, 3].map((k) => this.instance(k, color))
  }

  instance(k: number, color: '' | 'blue' | 'green' | 'canary' = ''): string {
    return `${this.name}-web-${k}${color === '' ? '' : `-${color}`}`
  }
}

export interface Seen {
  status: string
  role: string
  claims: string
  runs: string | null
  /** null: the public ports do not lead to it. */
  weight: number | null
  /** Version that it says it is; null: no answer. */
  answers: string | null
}

// Quick where all is well, and with time where many topologies share two cores.
const PATIENT = {
  endpoint: 'http://localhost:4000/health',
  interval: '50ms',
  timeout: '3s',
  retries: 3,
  minHealthyTime: '100ms',
  deadline: '8s',
}

/** Health alone: an emulated edge has no requests to count. */
const ANALYSIS = { interval: '1s', maxErrorRatePercent: false }

async function ask(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) })
    return response.ok ? ((await response.json()) as { version: string }).version : null
  } catch {
    return null
  }
}
