import type { Cul8er, Run } from '../client/index.js'
import type { ExitCode } from '../errors.js'
import type { Context } from './context.js'
import { detached, follow } from './follow.js'

interface Beginning {
  /** The command lets go of it at once. */
  detach?: boolean
  /** It leads to a revision, which is named. */
  leadsTo?: boolean
  /** A person has agreed to the plan a moment ago. */
  planShown?: boolean
}

/** Says which operation a command has begun and where it can be watched, and follows it to its end unless it is let go of. */
export async function begun(
  context: Context,
  cul8er: Pick<Cul8er, 'uiUrl'>,
  run: Run,
  { detach = false, leadsTo = false, planShown = false }: Beginning,
): Promise<ExitCode> {
  tellBegun(context, cul8er, run, leadsTo)
  return detach ? detached(context, run) : follow(context, run, { planShown })
}

/** Says which operation a command has begun, and where it can be watched. */
export const tellBegun = (context: Context, { uiUrl }: Pick<Cul8er, 'uiUrl'>, run: Run, leadsTo = false): void =>
  context.tell(context.colors.dim(begunLine(run, uiUrl, leadsTo)))

/** `op-5 of shop, to revision 3; watch it at http://127.3.4.5:8233/…`. */
export const begunLine = (
  { operation, topology, revision, workflowId }: Pick<Run, 'operation' | 'topology' | 'revision' | 'workflowId'>,
  uiUrl: string | null,
  leadsTo: boolean,
): string =>
  [
    `${operation} of ${topology}${leadsTo ? `, to revision ${revision}` : ''}`,
    ...(uiUrl === null ? [] : [`watch it at ${uiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`]),
  ].join('; ')
