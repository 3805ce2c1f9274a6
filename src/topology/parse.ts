import type * as z from 'zod'
import { checkChoices } from './check/choices.js'
import { draft } from './check/draft.js'
import { checkAddresses, checkMachines } from './check/hosts.js'
import { checkKeys } from './check/keys.js'
import { checkNames, checkNamesAcross } from './check/names.js'
import { checkPlacement } from './check/placement.js'
import { checkPorts } from './check/ports.js'
import { checkReferences } from './check/references.js'
import { checkBackup } from './check/backup.js'
import { checkReplication } from './check/replication.js'
import { checkScaling } from './check/scaling.js'
import { checkSize, checkSizeAcross } from './check/size.js'
import { checkTimes } from './check/times.js'
import { findings, plainWords } from './issues.js'
import { rightPlace } from './misplaced.js'
import type { Topology } from './model.js'
import { normalise } from './normalise/topology.js'
import { plainCopy } from './plain.js'
import { describe, pathText, problem, type Finding, type Path, type Problem, type SourceMap } from './problem.js'
import { prune, valueAt } from './prune.js'
import { topologySchema, type FullDeclaration } from './schema/topology.js'
import { spelled } from './spelling.js'

/** What was read, or why it was not. */
export type ParseResult<Parsed> = ({ ok: true } & Parsed) | { ok: false; problems: Problem[] }

/** Times that pruning may uncover something that is missing: as deep as the sections are nested. */
const PASSES = 8

/**
 * Checks one declaration and gives its normalised form, or all problems at once. Never throws.
 * @param source gives problems their lines
 */
export function parseTopology(declaration: unknown, source?: SourceMap): ParseResult<{ topology: Topology }> {
  const { value: raw, problems } = plainCopy(declaration)
  const { topology, found } = examine(raw)
  if (problems.length + found.length === 0 && topology !== null) return { ok: true, topology }
  return { ok: false, problems: report(problems, found, source) }
}

/** The same for what a file exports: one declaration or an array of them, whose names must differ. */
export function parseTopologies(exported: unknown, source?: SourceMap): ParseResult<{ topologies: Topology[] }> {
  const { value: raw, problems } = plainCopy(exported)
  const declarations: unknown[] = Array.isArray(raw) ? raw : [raw]
  const place = (index: number): Path => (Array.isArray(raw) ? [index] : [])
  const examined = declarations.map((each) => examine(each))
  const topologies = examined.flatMap(({ topology }) => (topology === null ? [] : [topology]))
  const repeated = twice(declarations.map((each) => valueAt(each, ['name'])))
  const found = [
    ...(declarations.length === 0 ? [problem([], 'an empty list', 'at least one topology')] : []),
    ...examined.flatMap((each, index) =>
      each.found.map((finding) => ({ ...finding, at: [...place(index), ...finding.at] })),
    ),
    ...repeated,
    ...(topologies.length === examined.length && repeated.length === 0
      ? [...checkSizeAcross(topologies), ...checkNamesAcross(topologies)]
      : []),
  ]
  if (problems.length + found.length === 0) return { ok: true, topologies }
  return { ok: false, problems: report(problems, found, source) }
}

function examine(written: unknown): { topology: Topology | null; found: Finding[] } {
  const { value: raw, found: twofold, asWritten } = spelled(written, topologySchema)
  const parsed = topologySchema.safeParse(raw, { error: plainWords })
  const wrong = parsed.success ? [] : parsed.error.issues
  const declaration = parsed.success ? parsed.data : soundPart(raw, wrong)
  const addresses = declaration === null ? [] : checkAddresses(declaration)
  const reachable = declaration === null ? null : standingIn(declaration, addresses)
  const whole = draft(raw, reachable === null ? null : { declaration: reachable, topology: normalise(reachable) })
  const guessed = wrong.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [] : [issue.path as Path]))
  const found = [
    ...twofold,
    ...findings(wrong, raw, rightPlace),
    ...checkKeys(whole),
    ...checkChoices(whole),
    ...checkReferences(whole),
    ...checkPlacement(whole),
    ...checkReplication(whole),
    ...checkScaling(whole),
    ...checkBackup(whole),
    ...checkSize(whole),
    ...checkNames(whole),
    ...checkMachines(whole),
    ...[...addresses, ...checkPorts(whole), ...checkTimes(whole)].filter(
      ({ at }) => !guessed.some((path) => rests(at, path)),
    ),
  ]
  return { topology: whole.sound?.topology ?? null, found: found.map((each) => ({ ...each, at: asWritten(each.at) })) }
}

function soundPart(raw: unknown, wrong: readonly z.core.$ZodIssue[]): FullDeclaration | null {
  let value = prune(raw, wrong)
  for (let pass = 0; pass < PASSES; pass++) {
    const result = topologySchema.safeParse(value)
    if (result.success) return result.data
    value = prune(value, result.error.issues)
  }
  return null
}

/** With addresses that can be read, so that the rest is checked. */
const standingIn = (declaration: FullDeclaration, wrong: readonly Finding[]): FullDeclaration =>
  wrong.length === 0
    ? declaration
    : (prune(
        declaration,
        wrong.map(({ at }) => ({ path: at })),
      ) as FullDeclaration)

/** Where a wrong value was, a default stands: what is found in the same section may follow from that alone. */
function rests(at: Path, wrong: Path): boolean {
  const inner = at.findLastIndex((key) => key === 'healthcheck' || key === 'expose' || key === 'steps')
  const section = at.slice(0, at[0] === 'hosts' ? 2 : inner + 1 || 1)
  return section.every((key, index) => wrong[index] === key)
}

const twice = (names: unknown[]): Finding[] =>
  names.flatMap((name, index) =>
    typeof name === 'string' && names.indexOf(name) < index
      ? [problem([index, 'name'], `${describe(name)} twice`, 'a unique name for each topology')]
      : [],
  )

/** What could not even be read is reported once, not again as missing. */
function report(unreadable: Finding[], found: Finding[], source: SourceMap | undefined): Problem[] {
  const unread = unreadable.map(({ at }) => pathText(at))
  return [...unreadable, ...found.filter(({ at }) => !unread.includes(pathText(at)))]
    .map(({ at, ...rest }) => {
      const line = source?.lineOf(at)
      return { ...rest, path: pathText(at), ...(line === undefined ? {} : { line }) }
    })
    .sort((left, right) => (left.line ?? 0) - (right.line ?? 0))
}
