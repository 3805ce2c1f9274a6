import type { FaultRule } from './model.js'

export interface Attempt {
  host: string
  /** The command's verb and, for exec, what is run inside. */
  verbs: string[]
  instance: string | undefined
}

/** Rules of what shall go wrong, in the order in which they were made; the first that fits strikes. */
export class Faults {
  private rules: { rule: FaultRule; seen: number; struck: number; most: number }[] = []

  /** Gives a look at how often the rule struck so far. */
  add(rule: FaultRule): () => number {
    const entry = { rule, seen: 0, struck: 0, most: rule.times === 'always' ? Infinity : (rule.times ?? 1) }
    this.rules.push(entry)
    return () => entry.struck
  }

  clear(): void {
    this.rules = []
  }

  /** The fault that strikes this command, used up by one. */
  strike(attempt: Attempt): FaultRule['fault'] | null {
    for (const entry of this.rules) {
      if (entry.struck >= entry.most || !fits(entry.rule, attempt)) continue
      entry.seen += 1
      const { nth } = entry.rule.match ?? {}
      if (nth !== undefined && entry.seen < nth) continue
      entry.struck += 1
      return entry.rule.fault
    }
    return null
  }
}

const fits = ({ match = {} }: FaultRule, { host, verbs, instance }: Attempt): boolean =>
  (match.host === undefined || match.host === host) &&
  (match.verb === undefined || verbs.includes(match.verb)) &&
  (match.instance === undefined || match.instance === instance)
