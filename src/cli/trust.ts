import type { Cul8er, FileKind } from '../client/index.js'
import type { Topology } from '../topology/model.js'
import { agrees, needsConsent } from './confirm.js'
import type { Context } from './context.js'

export interface Carried {
  kind: FileKind
  /** As read from the file, MAC and all. */
  content: unknown
  /** What it would bring about. */
  topologies: readonly Topology[]
  /** What it brings about besides. */
  besides?: readonly string[]
}

/**
 * Whether a file may be used: our own is; of another, with `--trust`, a person sees what it would run and is asked.
 * @throws Cul8erError PERMISSION for a file that was not made here, without `--trust`
 */
export async function admits(
  context: Context,
  cul8er: Cul8er,
  { kind, content, topologies, besides = [] }: Carried,
  { trust, yes }: { trust?: boolean; yes?: boolean },
): Promise<boolean> {
  if (cul8er.made(kind, content)) return true
  const name = topologies[0]?.name ?? 'nothing'
  if (trust !== true) {
    const { foreign } = await import('../client/signed-file.js')
    throw foreign(kind, name)
  }
  needsConsent(context, { yes })
  const { whatRuns } = await import('../topology/what-runs.js')
  const lines = [...new Set(topologies.flatMap((topology) => whatRuns(topology))), ...besides]
  // Also with --quiet: this is what a person answers for.
  context.progress.write(
    [
      `This ${kind} of ${name} was not made here. It would make cul8er do this:`,
      ...lines.map((line) => `  ${line}`),
      '',
    ].join('\n'),
  )
  return agrees(context, { yes }, 'Trust it?')
}
