import * as z from 'zod'
import type { SecretRef } from '../secrets/sources/sources.js'
import type { Notifier } from './notifier.js'

/** The key of each kind, with the schema of what stands after it. */
type Keys<Kinds extends readonly Notifier[]> = {
  [Kind in Kinds[number] as Kind['kind']]: z.ZodOptional<Kind['written']['value']>
}

/** All that is known of some kinds of notifiers. */
export function notifiersOf<const Kinds extends readonly Notifier[]>(kinds: Kinds) {
  type Choice = z.output<Kinds[number]['normalised']>
  const names = kinds.map(({ kind }) => kind)
  /** What an entry must have, in words. */
  const one = `exactly one of ${names.join(', ')}`

  function of(choice: { kind: string }): Notifier {
    const found = kinds.find(({ kind }) => kind === choice.kind)
    // Never another one in its place.
    if (found === undefined) throw new Error(`no notifier ${choice.kind}`)
    return found
  }

  return {
    /**
     * What a file may write: a mapping with the key of one kind.
     * @param more - keys that all kinds have
     */
    written: <More extends z.core.$ZodLooseShape>(more: More) => {
      const keys = Object.fromEntries(
        kinds.map(({ kind, written, summary }) => [kind, written.value.optional().describe(summary)]),
      ) as Keys<Kinds>
      const all = [...names, ...Object.keys(more)].join(', ')
      return z
        .strictObject(
          { ...keys, ...more },
          {
            error: (issue) => (issue.code === 'unrecognized_keys' ? all : `a mapping of ${all}`),
          },
        )
        .refine((entry) => chosen(entry).length === 1, {
          error: one,
          // An unknown key is told of by itself.
          when: ({ issues }) => issues.length === 0,
        })
    },

    /** What `written` takes, in normal form. @throws Error for an entry of no kind, which `written` refuses */
    read(entry: Readonly<Record<string, unknown>>): Choice {
      const found = kinds.find(({ kind }) => kind === chosen(entry)[0])
      if (found === undefined) throw new Error(`an entry without ${one}`)
      return found.written.read(entry[found.kind]) as Choice
    },

    /** A choice as it comes back from a file that cul8er wrote. */
    normalised: z.union(kinds.map(({ normalised }) => normalised)) as unknown as z.ZodType<Choice>,

    /** Its target in logs, errors and histories: nothing that may be a secret. */
    named: (choice: Choice): string => of(choice).named(choice),

    /** For somebody who is to agree to a topology that another made: what the worker does. */
    runs: (choice: Choice): string => of(choice).runs(choice),

    /** The secret that it needs to tell; null: none. */
    secret: (choice: Choice): SecretRef | null => of(choice).secret?.(choice) ?? null,
  }

  function chosen(entry: object): string[] {
    return names.filter((name) => (entry as Record<string, unknown>)[name] !== undefined)
  }
}
