import type { Cul8er } from '../client/index.js'
import type { LedgerState } from '../contracts/index.js'
import type { Topology } from '../topology/model.js'
import type { LiveNames } from './completion.js'
import { Context, type Terminal } from './context.js'
import { recipeNames } from '../images/recipes.js'
import { topologiesIfAny } from './topologies.js'
import { typedSoFar } from './typed-so-far.js'

/**
 * Names for completion: of the file, and of what is deployed if a service runs. Of the topology that was typed, or else of all. Quiet,
 * quick, and never failing.
 */
export async function liveNames(kind: LiveNames, terminal: Terminal, typed: readonly string[]): Promise<string[]> {
  const { options, words } = typedSoFar(typed)
  const context = new Context(terminal, options)
  const found = kind === 'images' ? await imageNames() : await SOURCES[kind](context, words)
  return [...new Set(found)].filter((name) => PLAIN.test(name))
}

/** A name that a shell takes for one word and nothing else; who named a snapshot need not have meant well. */
const PLAIN = /^[\w.:@/+][\w.:@/+-]*$/

const SOURCES: Record<Exclude<LiveNames, 'images'>, (context: Context, words: string[]) => Promise<string[]>> = {
  topologies: async (context) => [
    ...(await topologiesIfAny(context)).map(({ name }) => name),
    ...(await ifRunning(context, (cul8er) => cul8er.topologies())),
  ],
  hosts: async (context, words) => (await declared(context, words)).flatMap(({ hosts }) => Object.keys(hosts)),
  sites: async (context, words) =>
    (await declared(context, words)).flatMap(({ hosts }) => Object.values(hosts).flatMap(({ site }) => site ?? [])),
  resources: async (context, words) =>
    (await declared(context, words)).flatMap(({ resources }) => Object.keys(resources)),
  instances: (context, words) =>
    ifRunning(context, async (cul8er) => {
      const found = await ofEach(cul8er, words, async (topology) => {
        const { instances, close } = await cul8er.reach(topology)
        await close()
        return instances
      })
      return found.flatMap(({ name, resource }) => [resource, name])
    }),
  snapshots: (context, words) =>
    ifRunning(context, async (cul8er) => {
      const found = await ofEach(cul8er, words, (topology) => cul8er.snapshots(topology))
      return found.map(({ name }) => name)
    }),
  backups: (context, words) =>
    ifRunning(context, async (cul8er) => {
      const found = await ofEach(cul8er, words, async (topology) => (await cul8er.backups(topology)).backups)
      return found.map(({ id }) => id)
    }),
  revisions: async (context, words) =>
    (await states(context, words)).flatMap(({ revisions }) => revisions.map(({ number }) => String(number)).reverse()),
  operations: async (context, words) =>
    (await states(context, words)).flatMap(({ history, current }) =>
      [...history.map(({ operation }) => operation), ...(current === null ? [] : [current.id])].reverse(),
    ),
}

const imageNames = async (): Promise<string[]> => (await recipeNames()).map((name) => `cul8er/${name}`)

/** Topologies of the file, and the revisions of those deployed. */
async function declared(context: Context, words: readonly string[]): Promise<Topology[]> {
  const inFile = await topologiesIfAny(context)
  const deployed = (await states(context, words)).flatMap(({ revisions }) => revisions.map(({ topology }) => topology))
  return ofTyped([...inFile, ...deployed], words, ({ name }) => name)
}

const states = (context: Context, words: readonly string[]): Promise<LedgerState[]> =>
  ifRunning(context, async (cul8er) => ofTyped(await cul8er.states(), words, ({ topology }) => topology))

async function ofEach<T>(
  cul8er: Cul8er,
  words: readonly string[],
  read: (topology: string) => Promise<T[]>,
): Promise<T[]> {
  const topologies = ofTyped(await cul8er.topologies(), words, (name) => name)
  const found = await Promise.allSettled(topologies.map(read))
  return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
}

/** Those of a topology that was typed; all where none was. */
function ofTyped<T>(all: readonly T[], words: readonly string[], nameOf: (each: T) => string): T[] {
  const typed = all.filter((each) => words.includes(nameOf(each)))
  return typed.length > 0 ? typed : [...all]
}

/** What is deployed, if a service runs already: nobody waits for the start of one behind the Tab key. */
async function ifRunning<T>(context: Context, ask: (cul8er: Cul8er) => Promise<T[]>): Promise<T[]> {
  const { runningService } = await import('../service/ensure.js')
  const { serviceHome } = await import('../service/paths.js')
  return runningService(serviceHome(context.terminal.env)) === null ? [] : context.connected(ask).catch(() => [])
}
