import type { HookEnd, StepOf } from '../contracts/index.js'
import { operationWorkflowId } from '../contracts/names.js'
import { environmentSecrets } from '../plan/environment-secrets.js'
import type { SecretOf } from '../plan/model.js'
import { versionsOf } from '../plan/versions.js'
import { NOTIFIERS_PLACE, sealedNotifierKey } from '../secrets/notifier-key.js'
import { notifierSecrets } from '../topology/secrets.js'
import { commandWords } from './command-words.js'
import { stepKind } from './kind.js'
import type { View } from './view.js'

/** A command of the operator's, on the worker's machine: what it changes, cul8er does not know and does not take back. */
export const hook = stepKind({
  kind: 'hook',
  words: ({ name, hook: { command } }) => `${name}: ${commandWords(command)}`,
  instance: () => null,
  calls: (step, view) => {
    const { name, hook: each } = step
    const { topology } = view.revision
    return [
      {
        activity: 'runHook',
        input: {
          topology: topology.name,
          hook: name,
          command: each.command,
          timeoutMs: each.timeoutMs,
          environment: environmentOf(step, view),
          secrets: secretsOf(view),
        },
        pace: 'lasting',
        waitMs: each.timeoutMs,
        summary: `${name}: ${commandWords(each.command)}`,
      },
    ]
  },
  note: ([end]) => (end as HookEnd | undefined)?.lines.at(-1),
  commands: ({ name, hook: { command } }) => [
    { instance: 'hook', host: 'the worker', step: `${name}: ${commandWords(command)}`, args: null },
  ],
})

/** What it may print: secrets of what it leads to, and of what runs until then; those of notifiers, which hooks often share. */
export function secretsOf({ revision, base }: Pick<View, 'revision' | 'base'>): SecretOf[] {
  const revisions = base === null ? [revision] : [revision, base]
  const ofNotifiers = revisions.flatMap(({ topology, sealed }) =>
    notifierSecrets(topology).map(({ ref }): SecretOf => ({
      resource: NOTIFIERS_PLACE,
      name: ref.key ?? '',
      ref,
      sealed: sealed[sealedNotifierKey(ref)] ?? null,
    })),
  )
  const all = [...environmentSecrets(revisions), ...ofNotifiers]
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
}

/** What a hook is told: names and numbers, never a value. */
export function environmentOf({ name, number }: StepOf<'hook'>, view: View): Record<string, string> {
  const { topology, number: revision } = view.revision
  const operation = operationWorkflowId(topology.name, view.operation)
  return {
    CUL8ER_TOPOLOGY: topology.name,
    CUL8ER_OPERATION: `op-${view.operation}`,
    CUL8ER_KIND: name.replace(/^(before|after)/, '').toLowerCase(),
    CUL8ER_HOOK: name,
    CUL8ER_HOOK_ID: `${operation}/${name}/${number}`,
    CUL8ER_REVISION: String(revision),
    CUL8ER_VERSIONS: versionsOf(view.revision).join(' '),
    CUL8ER_STABLE_REVISION: view.base === null ? '' : String(view.base.number),
    CUL8ER_STABLE_VERSIONS: versionsOf(view.base).join(' '),
    ...(view.outcome === undefined ? {} : { CUL8ER_OUTCOME: view.outcome }),
  }
}
