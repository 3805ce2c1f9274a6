import type { OperationEnd, OperationInput, OperationKind, Outcome } from '../../../src/contracts/index.js'
import type { Revision, Role } from '../../../src/plan/model.js'
import type { Color } from '../../../src/naming/instance-names.js'
import { instanceSpec } from '../../../src/plan/specs.js'
import { labelsOf } from '../../../src/instances/commands.js'
import { emptyScenario } from '../scenario/empty.js'
import type { Declaration } from '../scenario/model.js'
import { revisionOf } from '../scenario/revisions.js'
import { newStory, type Operation, type Story } from '../story.js'
import { create } from '../world/instances.js'
import { placeOf, type InstanceState } from '../world/model.js'
import { World } from '../world/world.js'

const NOW = Date.parse('2026-01-01T00:00:00Z')
export const OPERATION = 'topology/shop/op/1'

const declared: Declaration = {
  name: 'shop',
  hosts: { one: { address: 'localhost', platform: 'emulated' } },
  resources: {
    web: {
      ...{ image: 'cul8er/tiny', replicas: 2, deploy: { release: 'web', version: '1' } },
      network: { expose: [{ port: 4000, as: 8080 }] },
    },
  },
  strategy: { approach: 'canary', steps: [{ weight: 10, pause: '1m' }] },
}

/** A story in the middle: a topology with two instances that serve, and one operation. Each test spoils one thing. */
export class Fixture {
  now = NOW
  open = new Set<string>()
  awaited: string[] = []
  readonly world = new World(() => this.now)
  readonly revision: Revision = { number: 1, ...revisionOf(declared) }
  readonly story: Story
  readonly operation: Operation

  constructor(kind: OperationKind = 'deploy', request: Partial<OperationInput['request']> = {}) {
    const server = {
      now: NOW,
      isOpen: (id: string) => this.open.has(id),
      openIds: () => [...this.open],
      awaitedBy: () => this.awaited,
    }
    this.story = newStory(emptyScenario(declared), this.world, server)
    Object.defineProperty(server, 'now', { get: () => this.now })
    this.story.ledger = {
      ...{
        topology: 'shop',
        desired: 1,
        attempted: 1,
        stable: 1,
        revisions: [this.revision],
        history: [],
        current: null,
      },
      ...{ expiresAt: null, lastOperation: 1, lastRevision: 1, stableBefore: [], dirty: [], standby: null },
    }
    for (const index of [1, 2]) this.make(index)
    this.serve(['shop-web-1', 'shop-web-2'])
    this.operation = this.begin(OPERATION, kind, request)
  }

  begin(id: string, kind: OperationKind, request: Partial<OperationInput['request']> = {}): Operation {
    const operation: Operation = {
      ...{
        id,
        type: kind === 'deploy' ? 'canary' : kind,
        startedAt: this.now,
        ended: null,
        pausedAt: null,
        abortedAt: null,
        wentOn: false,
      },
      input: {
        ...{
          topology: 'shop',
          number: 1,
          revision: this.revision,
          base: this.revision,
          requestId: 'r',
          past: [],
          hosts: {},
          dirty: [],
          standby: [],
        },
        request: { kind, ...request },
      },
      ...{ before: this.world.copy(), servingBefore: this.world.serving('shop'), ledgerBefore: this.story.ledger },
      ...{ touched: new Set<string>(), restored: new Set<string>(), byHand: new Set<string>(), disturbed: [] },
      unheard: new Set<string>(),
    }
    this.story.operations.push(operation)
    return operation
  }

  make(index: number, role: Role = 'live', color: Color = ''): InstanceState {
    const spec = instanceSpec(this.revision, { resource: 'web', index }, 'one', color)
    const labels = labelsOf(spec, { operation: 1, revision: 1, role }, new Map())
    return Object.assign(create(this.world, spec, labels), { app: { release: 'web@1', since: this.now } })
  }

  get(name: string): InstanceState {
    return this.world.mustFind({ host: 'one', name })
  }

  remove(name: string): InstanceState {
    const instance = this.get(name)
    this.world.instances.delete(placeOf(instance))
    return instance
  }

  serve(names: string[], weights: number[] = []): void {
    const servers = names.map((name, i) => ({
      ...{ name, address: '', port: 4000, weight: weights[i] ?? 100, state: 'ready' as const },
    }))
    const route = { as: 8080, protocol: 'http' as const, host: null, certificate: null, pool: 'shop-web-4000' }
    const pool = { name: 'shop-web-4000', protocol: 'http' as const, sticky: false, servers }
    this.world.setRoutes('one', 'shop', { topology: 'shop', routes: [route], pools: [pool] }, OPERATION)
  }

  end(
    outcome: Outcome,
    more: Partial<OperationEnd> & { code?: string; message?: string } = {},
    operation = this.operation,
  ): Operation {
    const { code, message = 'so it is', ...end } = more
    const error = code === undefined ? {} : { error: { code: code as 'INTERNAL', message } }
    const result = { topology: 'shop', operation: 'op-1', outcome, revision: 1, durationMs: 0, steps: [], ...error }
    operation.ended = { at: this.now, how: 'completed', message: null, end: { result, dirty: [], ...end } }
    return operation
  }
}
