import { readFile } from 'node:fs/promises'
import { exportedPlan } from '../contracts/exported-plan.js'
import { Cul8erError } from '../errors.js'
import { writePrivate } from '../files/write-private.js'
import { digestOf } from '../plan/digest.js'
import type { Plan } from '../plan/model.js'
import { findings, plainWords } from '../topology/issues.js'
import type { Topology } from '../topology/model.js'
import type { NewRevision } from './revision.js'
import { signed } from './signed-file.js'

/** What `plan --out` keeps: a deploy of it does what was shown, or refuses. Secrets are in it only sealed. */
export interface SavedPlan {
  format: 'cul8er-plan-1'
  topology: string
  /** Of the topology as the file declared it, without what the command line said instead. */
  declared: string
  /** Of the observation and the revision. */
  fingerprint: string
  revision: NewRevision
  plan: Plan
  /** Hosts that it leaves out. */
  without?: string[]
  /** Instances whose host has another image under the name of theirs by now are replaced. */
  refreshImages?: boolean
  /** Of all of the above, by the key of the home that made it. */
  mac?: string
}

export function savedPlan(
  declared: Topology,
  {
    revision,
    plan,
    without = [],
    refreshImages = false,
    key,
  }: { revision: NewRevision; plan: Plan; key: Uint8Array } & Pick<SavedPlan, 'without' | 'refreshImages'>,
): SavedPlan {
  const content: SavedPlan = {
    format: FORMAT,
    topology: revision.topology.name,
    declared: digestOf(declared),
    fingerprint: plan.fingerprint,
    revision,
    plan,
    ...(without.length === 0 ? {} : { without }),
    ...(refreshImages ? { refreshImages } : {}),
  }
  return signed('saved plan', content, key)
}

/** Writes the plan for its owner alone. */
export async function writePlan(file: string, plan: SavedPlan): Promise<void> {
  await writePrivate(file, `${JSON.stringify(plan, null, 2)}\n`)
}

/**
 * Checked for its form; whether it was made here, the client tells.
 * @throws Cul8erError USAGE for a file that is not a saved plan
 */
export async function readPlan(file: string): Promise<SavedPlan> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Cul8erError('USAGE', `the plan ${file} cannot be read`, {
      hint: 'make one with cul8er plan --out FILE',
      cause,
    })
  })
  const raw = parse(text)
  const parsed = exportedPlan.safeParse(raw, { error: plainWords })
  if (parsed.success && parsed.data.topology === parsed.data.revision.topology.name) return raw as SavedPlan
  const found = parsed.success ? [] : findings(parsed.error.issues, raw)
  const lines = found.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  throw new Cul8erError('USAGE', [`${file} is not a saved plan`, ...lines].join('\n'), {
    hint: 'make one with cul8er plan --out FILE',
  })
}

/** @throws Cul8erError STALE_PLAN when the file declares something else by now */
export function refuseChangedFile(plan: SavedPlan, declared: Topology): void {
  if (digestOf(declared) === plan.declared) return
  throw new Cul8erError(
    'STALE_PLAN',
    `the saved plan is stale: the topology file of ${plan.topology} has changed since it was made`,
    {
      hint: 'make a new one with cul8er plan --out FILE, and look at what changed',
    },
  )
}

const FORMAT = 'cul8er-plan-1'

/** null: it is no JSON, or has a key that schemas pass over, so that what is behind it would not be checked. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('a key that no plan has')
      return value
    })
  } catch {
    return null
  }
}
