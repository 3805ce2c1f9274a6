import { CancellationScope } from '@temporalio/workflow'
import type { ErrorCode } from '../../src/errors.js'
import type { InstanceSpec } from '../../src/plan/model.js'
import type { LiveInstance } from '../../src/plan/work.js'
import { briefly, long, undoing, waiting } from './activities.js'
import { reportOf } from './failure.js'
import { STOP_TIMEOUT_MS } from './instance.js'
import type { Run } from './run.js'
import { undoTarget, undoWords, type Undo, type UndoFailure } from './undo.js'

/**
 * Runs all undos backwards, several instances at a time but one instance's in order, in a scope that nothing cancels. An undo
 * that fails stops no other.
 */
export async function runUndos(run: Run): Promise<UndoFailure[]> {
  return CancellationScope.nonCancellable(async () => {
    const failures: UndoFailure[] = []
    for (const group of parallelGroups(run.undos.undos.toReversed(), Math.max(1, run.strategy.maxParallel))) {
      await Promise.all(
        group.map(async (undo) => {
          try {
            await run.recorder.step(`undo: ${undoWords(undo)}`, undoTarget(undo), () => undoOne(run, undo))
            run.lost.delete(hostOf(undo))
            if (!failures.some(({ instance }) => instance === undoTarget(undo))) run.dirty.delete(undoTarget(undo))
          } catch (error) {
            const host = hostOf(undo)
            const report = reportOf(error)
            if (NO_ANSWER.has(report.code)) run.lost.add(host)
            run.dirty.add(undoTarget(undo))
            failures.push({ undo: undo.kind, instance: undoTarget(undo), host, error: report })
          }
        }),
      )
    }
    run.undos.undos.length = 0
    return failures
  })
}

/** Neighbours of the same kind and of different instances may be undone side by side. */
function parallelGroups(undos: Undo[], most: number): Undo[][] {
  const groups: Undo[][] = []
  for (const undo of undos) {
    const last = groups.at(-1)
    if (last !== undefined && last.length < most && last[0]?.kind === undo.kind) last.push(undo)
    else groups.push([undo])
  }
  return groups
}

const NO_ANSWER: ReadonlySet<ErrorCode> = new Set(['UNREACHABLE', 'TIMEOUT'])

const hostOf = (undo: Undo): string => ('from' in undo ? undo.from.host : undo.host)

async function undoOne(run: Run, undo: Undo): Promise<void> {
  const trying = run.lost.has(hostOf(undo)) ? briefly : undoing
  switch (undo.kind) {
    case 'delete': {
      const { name } = undo
      if (run.traffic.member(name) !== undefined) await run.traffic.drain(name, run.strategy.drainMs)
      await run.traffic.drop(name)
      await trying({ summary: name }).deleteInstance({
        ...run.instanceAt(undo),
        topology: run.input.revision.topology.name,
      })
      return
    }
    case 'readmit':
      return back(run, undo.from, undo.from.address)
    case 'restore': {
      const { from, snapshot } = undo
      await leave(run, from)
      await trying({ summary: `${from.name} to ${snapshot}` }).restoreSnapshot({ ...run.instanceAt(from), snapshot })
      await trying({ summary: from.name }).startInstance(run.instanceAt(from))
      return back(run, from, await oldHealthy(run, from))
    }
    case 'reinstall': {
      const { from } = undo
      const spec = oldSpecOf(run, from)
      await leave(run, from)
      await trying({ summary: from.name }).configureInstance({
        ...run.specAt(spec),
        stamp: run.stamp('live', from.revision),
      })
      if (spec.release !== null || spec.secrets.length > 0) {
        await (run.lost.has(from.host) ? briefly : long)({
          summary: `${from.name}: the release before`,
        }).installRelease(run.specAt(spec))
      }
      if (spec.release === null) {
        await trying({ summary: from.name }).stopInstance({ ...run.instanceAt(from), timeoutMs: STOP_TIMEOUT_MS })
        await trying({ summary: from.name }).startInstance(run.instanceAt(from))
      }
      return back(run, from, await oldHealthy(run, from))
    }
    case 'configure': {
      const spec = run.oldSpec(undo.from)
      if (spec === null) return
      await trying({ summary: spec.name }).configureInstance({
        ...run.specAt(spec),
        stamp: run.stamp('live', undo.from.revision),
      })
      return
    }
    case 'shelve':
      // What is stateful does not run twice.
      if (undo.from.stateful === true) {
        await leave(run, undo.from)
        await run.traffic.drop(undo.from.name)
        await trying({ summary: undo.from.name }).stopInstance({
          ...run.instanceAt(undo.from),
          timeoutMs: STOP_TIMEOUT_MS,
        })
      }
      await trying({ summary: undo.from.name }).setRole({ ...run.instanceAt(undo.from), role: 'old' })
      return
    case 'switch':
      return run.traffic.switchTo(new Map(Object.entries(undo.active)))
    case 'revive': {
      const { from } = undo
      await trying({ summary: from.name }).startInstance(run.instanceAt(from))
      // What never had its place does not get it by being brought back.
      const role = from.role === 'new' ? 'new' : 'live'
      await trying({ summary: from.name }).setRole({ ...run.instanceAt(from), role })
      if (role === 'new') return
      return back(run, from, await oldHealthy(run, from))
    }
  }
}

async function leave(run: Run, from: LiveInstance): Promise<void> {
  if (run.traffic.member(from.name) !== undefined) await run.traffic.drain(from.name, run.strategy.drainMs)
}

/** Back into the traffic at the weight it had. */
const back = (run: Run, from: LiveInstance, address: string | null): Promise<void> =>
  run.traffic.admit(from, address ?? from.address, run.traffic.member(from.name)?.weight)

function oldSpecOf(run: Run, from: LiveInstance): InstanceSpec {
  const spec = run.oldSpec(from)
  if (spec === null) throw new Error(`what ${from.name} was before is not known: no stable revision declares it so`)
  return spec
}

async function oldHealthy(run: Run, from: LiveInstance): Promise<string | null> {
  const spec = run.oldSpec(from)
  if (spec === null) return from.address
  const { address } = await waiting({
    summary: `${from.name}, as it was`,
    waitMs: spec.healthcheck?.deadlineMs ?? 60_000,
  }).waitUntilHealthy(run.specAt(spec))
  return address
}
