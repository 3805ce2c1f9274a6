import { randomFor } from '../random.js'
import {
  ledgerId,
  type LedgerState,
  type OperationRequest,
  type OperationStarted,
  type Steering,
} from '../../../src/contracts/index.js'
import { encode } from '../server/payloads.js'
import type { Server } from '../server/server.js'
import { placeOf } from '../world/model.js'
import { openOperation, type Asked, type Story } from '../story.js'
import { isRequest, type Command, type Deed, type ImportedFile, type Request } from './model.js'
import { revisionOf } from './revisions.js'

/** A command that waits for a quiet moment waits no longer. */
const PATIENCE_MS = 30 * 60_000
/** As long as the real client tries a call again, less its margin (`src/client/link.ts`, `src/client/ledger.ts`). */
const GIVES_UP_MS = 58_000
/** A little after a host that is gone is suspected, where it is dead after 20 s. */
const SUSPECTED_MS = 11_000
/** Between two things that are said to an operation that waits for a person at the end. */
const NUDGE_MS = 5 * 60_000
/** After this an operation has had every chance to end. */
const NUDGES: readonly Steering[] = ['resume', 'promote', 'promote', 'promoteFull', 'resume', 'abort']

/** Gives the commands of a scenario, one after another. In the end it sees to it that nothing waits for a person. */
export class Client {
  private at = 0
  private waitsSince: number | null = null
  private readonly files: LedgerState[] = []
  /** Nothing is given any more, by it or by people. */
  finishedAt: number | null = null

  constructor(
    private readonly server: Server,
    private readonly story: Story,
  ) {
    this.next()
  }

  /** The ledger's state is another: an idle command may have its moment, and a file may be exported. */
  ledgerChanged(before: LedgerState | null): void {
    const { ledger } = this.story
    if (ledger !== null && ledger.history.length !== before?.history.length) this.files.push(ledger)
    if (this.waitsSince !== null && this.isIdle()) this.go()
  }

  private next(): void {
    const command = this.story.scenario.commands[this.at]
    if (command === undefined) return this.finish()
    this.at += 1
    this.waitsSince = this.server.now
    this.pending = command
    if (command.when === 'now' || this.isIdle()) return this.go()
    this.server.agenda.add(this.server.now + PATIENCE_MS, '', () => {
      if (this.pending === command) this.go()
    })
  }

  private pending: Command | null = null

  private go(): void {
    const command = this.pending
    if (command === null) return
    this.pending = null
    this.waitsSince = null
    this.server.agenda.add(this.server.now + command.gapMs, '', async () => {
      this.server.say(`client: ${JSON.stringify(command.does)}`)
      await this.do(command.does)
      this.next()
    })
  }

  private isIdle(): boolean {
    return openOperation(this.story) === null && (this.story.ledger?.current ?? null) === null
  }

  private async do(deed: Deed): Promise<void> {
    if (isRequest(deed)) return this.ask(deed, deed.givesUpMs)
    const operation = openOperation(this.story)
    switch (deed.kind) {
      case 'steer':
        return this.steer(deed.action, deed.by)
      case 'setTtl':
        return this.update('setTtl', { ttlMs: deed.ttlMs })
      case 'importState':
        return this.importState(deed.file)
      case 'repeat': {
        const asked = this.story.asked.at(-deed.back)
        if (asked !== undefined) this.send(asked)
        return
      }
      case 'cancelOperation':
        operation?.disturbed.push('a person cancelled it')
        if (operation !== null) this.server.cancel(operation.id)
        return
      case 'terminateOperation':
        operation?.disturbed.push('a person terminated it')
        if (operation !== null) this.server.terminate(operation.id)
        return
      case 'cancelLedger':
        this.server.cancel(this.story.ledgerId)
        return
      case 'terminateLedger':
        this.server.terminate(this.story.ledgerId)
        return
      case 'hostAway':
        this.story.world.away.set(deed.host, this.server.now + deed.forMs)
        return
      case 'hostOut':
        return this.goOut(deed)
      case 'workerAway':
        this.story.workerAwayAt = this.server.now + deed.forMs
        return this.server.workerAway(deed.forMs)
      case 'stopByHand':
        return this.stopByHand(deed.nth)
    }
  }

  private ask(request: Request, givesUpMs: number | null): void {
    const asked: Asked = { request: this.request(request, givesUpMs), at: this.server.now, answers: [] }
    this.story.asked.push(asked)
    this.send(asked)
  }

  /** As the client of cul8er does: the ledger is started if there is none. */
  private send(asked: Asked): void {
    this.ensureLedger()
    this.server.update(this.story.ledgerId, 'startOperation', asked.request, {
      id: asked.request.requestId,
      answered: (answer) => {
        if (answer.ok) asked.answers.push(answer.value as OperationStarted)
      },
    })
  }

  private request(request: Request, givesUpMs: number | null): OperationRequest {
    const requestId = `request-${this.story.asked.length + 1}`
    const notAfter = new Date(this.server.now + (givesUpMs ?? GIVES_UP_MS)).toISOString()
    const base = { requestId, notAfter, by: { who: 'somebody@somewhere' } }
    switch (request.kind) {
      case 'deploy': {
        const revision = revisionOf(this.story.scenario.revisions[request.revision]!)
        const without = request.without === true ? this.out() : []
        return {
          ...{ ...base, kind: 'deploy', revision },
          ...(request.force ? { force: true } : {}),
          ...(without.length === 0 ? {} : { without }),
        }
      }
      case 'rollback': {
        const kept = this.story.ledger?.revisions ?? []
        const to = request.to === null || kept.length === 0 ? undefined : kept[request.to % kept.length]!.number
        return {
          ...base,
          kind: 'rollback',
          ...(to === undefined ? {} : { to }),
          ...(request.force ? { force: true } : {}),
        }
      }
      case 'restore': {
        const names = [...this.story.world.instances.values()].flatMap(({ snapshots }) =>
          snapshots.map(({ name }) => name),
        )
        const random = randomFor(this.story.scenario.seed, 'snapshot', requestId)
        const snapshot = names.length === 0 ? 'pre-deploy-1' : random.pick(names)
        return {
          ...base,
          kind: 'restore',
          snapshot,
          ...(request.resource === null ? {} : { resource: request.resource }),
        }
      }
      case 'destroy':
        return { ...base, kind: 'destroy' }
      case 'drain':
      case 'rebalance': {
        // As the client does: hosts that everything is as declared without are left out again.
        const { without = [] } = this.story.ledger?.failover ?? {}
        const { kind } = request
        const moves = kind === 'drain' ? { off: [request.host] } : { off: [], gain: 10 }
        const force = kind === 'drain' && request.force ? { force: true } : {}
        return { ...base, kind, moves, ...force, ...(without.length === 0 ? {} : { without }) }
      }
      case 'restoreCopy':
        return { ...base, kind: 'restore', replica: request.host, ...(request.force ? { force: true } : {}) }
      case 'restart': {
        const { names, atOnce } = request
        return {
          ...{ ...base, kind: 'restart' },
          ...(names.length === 0 ? {} : { names }),
          ...(atOnce === null ? {} : { maxParallel: atOnce }),
        }
      }
      case 'snapshot': {
        const { name, resource, remove } = request
        return {
          ...{ ...base, kind: 'snapshot', snapshot: name },
          ...(resource === null ? {} : { resource }),
          ...(remove ? { remove } : {}),
        }
      }
    }
  }

  private steer(action: Steering, by: 'update' | 'signal'): void {
    const operation = openOperation(this.story)
    if (operation === null) return
    if (action === 'abort') operation.disturbed.push('a person aborted it')
    if (by === 'signal') {
      this.server.signal(operation.id, action)
      // Signals are not answered: whether a pause holds is not known, so nothing is expected of it.
      operation.pausedAt = null
      operation.wentOn ||= action.startsWith('promote')
      return
    }
    this.server.update(
      operation.id,
      'steer',
      { action },
      {
        id: `steer-${this.server.occasion('steer')}`,
        answered: ({ ok }) => {
          if (!ok) return
          if (action === 'abort') operation.abortedAt = this.server.now
          operation.pausedAt = action === 'pause' ? this.server.now : null
          operation.wentOn ||= action.startsWith('promote')
        },
      },
    )
  }

  private update(name: string, arg: unknown): void {
    this.server.update(this.story.ledgerId, name, arg, {
      id: `${name}-${this.server.occasion(name)}`,
      answered: (answer) => {
        if (answer.ok && name === 'importState') this.imported((arg as { state: LedgerState }).state)
        if (!answer.ok || name !== 'setTtl') return
        const { expiresAt } = answer.value as { expiresAt: string | null }
        this.story.ttl.dueAt = expiresAt === null ? null : Date.parse(expiresAt)
      },
    })
  }

  private importState({ age, spoilt }: ImportedFile): void {
    const file = this.files.at(-1 - age) ?? this.files[0]
    if (file === undefined) return
    this.ensureLedger()
    this.update('importState', { state: spoil(file, spoilt, this.server.now) })
  }

  /** A time that was over before the file came is no reason for anything. */
  private imported({ expiresAt }: LedgerState): void {
    this.story.imported = true
    const due = expiresAt === null ? 0 : Date.parse(expiresAt)
    this.story.ttl.dueAt = due > this.server.now ? due : null
  }

  private ensureLedger(): void {
    const { topology } = this.story.scenario
    if (!this.server.isOpen(this.story.ledgerId))
      this.server.start('ledger', ledgerId(topology), [encode({ topology })])
  }

  private out(): string[] {
    return [...this.story.world.outages.keys()].sort()
  }

  private goOut({ host, how, forMs, times }: Extract<Deed, { kind: 'hostOut' }>): void {
    const { world } = this.story
    if (times === 0 || world.outages.has(host)) return
    const operation = openOperation(this.story)
    operation?.disturbed.push(`${host} is out: ${how}`)
    for (const instance of world.on(host)) operation?.byHand.add(placeOf(instance))
    const out = { host, from: this.server.now, until: Infinity }
    this.story.outs.push(out)
    world.goOut(host, how)
    this.server.say(`${host} is out: ${how}`)
    this.server.hurry('watchHosts', SUSPECTED_MS)
    this.server.agenda.add(this.server.now + forMs, '', () => {
      out.until = this.server.now
      world.comeBack(host)
      this.server.say(`${host} is back`)
      this.server.hurry('watchHosts', 2_000)
      if (times > 1)
        this.server.later('', () => this.goOut({ kind: 'hostOut', host, how, forMs, times: times - 1 }), forMs)
    })
  }

  private stopByHand(nth: number): void {
    const { world, scenario } = this.story
    const ours = [...world.instances.values()].filter(({ labels }) => labels?.topology === scenario.topology)
    const instance = ours[nth % Math.max(1, ours.length)]
    if (instance === undefined || instance.name.startsWith('copy')) return
    world.letWrite()
    Object.assign(instance, { status: 'Stopped', usedInside: false })
    const operation = openOperation(this.story)
    operation?.disturbed.push(`somebody stopped ${instance.name}`)
    operation?.byHand.add(placeOf(instance))
  }

  /** What waits for a person gets one. */
  private finish(nudge = 0): void {
    this.finishedAt = this.server.now
    const operation = openOperation(this.story)
    if (nudge >= 20 * NUDGES.length) return
    this.server.agenda.add(this.server.now + NUDGE_MS, '', () => {
      if (operation !== null && operation.ended === null) {
        const action = NUDGES[nudge % NUDGES.length]!
        if (nudge >= 3) this.steer(action, 'update')
      }
      if (openOperation(this.story) !== null || nudge < 3) this.finish(nudge + 1)
    })
  }
}

function spoil(file: LedgerState, how: ImportedFile['spoilt'], now: number): unknown {
  switch (how) {
    case 'asExported':
      return file
    case 'expired':
      return { ...file, expiresAt: new Date(now - 60_000).toISOString() }
    case 'noHistory': {
      const { history, ...rest } = file
      void history
      return rest
    }
    case 'oneOperationBack':
      return { ...file, lastOperation: Math.max(0, file.lastOperation - 1) }
  }
}
