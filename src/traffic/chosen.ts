import * as z from 'zod'
import type { Balancer } from './balancer.js'

/** All that is known of some balancers, the first of which is the default. */
export function edgesOf<Choice extends { kind: string }>(balancers: readonly unknown[]) {
  const all = balancers as readonly Balancer<Choice>[]
  const mappings = all.flatMap(({ kind, summary, written }) =>
    written === undefined ? [] : [{ kind, summary, ...written }],
  )
  const words = all.flatMap(({ kind, written }) => (written === undefined ? [kind] : [])) as [string, ...string[]]
  /** What may stand after `edge`, in words. */
  const allowed = [...words, ...mappings.map(({ form }) => form)].join(', ')
  const keys = mappings.map(({ kind }) => kind).join(', ')
  const usual = all[0]?.kind ?? ''

  return {
    /** What a host has where it says nothing. */
    usual,

    /** For the reference: each with what it is. */
    summary: all.map(({ kind, summary }) => `${kind}: ${summary}`).join('. '),

    /** What a file may write: a word, or a mapping with one key. */
    written: () =>
      z.union(
        [
          z.enum(words),
          z
            .strictObject(
              Object.fromEntries(
                mappings.map(({ kind, value, summary }) => [kind, value.optional().describe(summary)]),
              ),
              {
                error: (issue) => (issue.code === 'unrecognized_keys' ? keys : allowed),
              },
            )
            .refine((value) => Object.values(value).filter((each) => each !== undefined).length === 1, {
              error: allowed,
              // An unknown key is told of by itself.
              when: ({ issues }) => issues.length === 0,
            }),
        ],
        { error: allowed },
      ),

    /** What `written` takes in normal form; undefined: the usual one, which a host leaves out. */
    read(value: string | Record<string, unknown>): Choice | undefined {
      if (typeof value === 'string') {
        const chosen = all.find(({ kind }) => kind === value && kind !== usual)
        return chosen?.normalised.parse({ kind: value })
      }
      const [kind, own] = Object.entries(value).find(([, each]) => each !== undefined) ?? []
      return mappings.find((each) => each.kind === kind)?.read(own)
    },

    /** A choice as it comes back from a file that cul8er wrote. */
    normalised: z.union(all.map(({ normalised }) => normalised)) as z.ZodType<Choice>,

    /** Whether public ports cannot be opened with it; one that this cul8er does not know is not judged. */
    opensNoPorts: (choice: Choice): boolean => of(choice)?.opensNoPorts === true,

    /** What the worker runs for it; null: nothing but Incus commands. */
    runs: (choice: Choice): readonly string[] | null => of(choice)?.runs?.(choice) ?? null,
  }

  function of({ kind }: Choice): Balancer<Choice> | undefined {
    return all.find((each) => each.kind === kind)
  }
}
