import type { FaultRule } from './model.js'

export interface Attempt {
  host: string
  /** The command's verb and, for exec, what is run inside. */
  verbs: string[]
  instance: string | undefined
}

/** Rules of what shall go wrong, in the order in which they were made; the first that fits strikes. */
export class Faults {
  private rules: { rule: FaultRule; seen: number; left: number }[] = []

  add(rule: FaultRule): void {
    this.rules.push({ rule, seen: 0, left: rule.times === 'always' ? Infinity : (rule.times ?? 1) })
  }

  clear(): void {
    this.rules = []
  }

  /** The fault that strikes this command, used up by one. */
  strike(attempt: Attempt): FaultRule['fault'] | null {
    for (const entry of this.rules) {
      if (entry.left <= 0 || !fits(entry.rule, attempt)) continue
      entry.seen += 1
      const { nth } = entry.rule.match ?? {}
      if (nth !== undefined && entry.seen < nth) continue
      entry.left -= 1
      return entry.rule.fault
    }
    return null
  }
}

const fits = ({ match = {} }: FaultRule, { host, verbs, instance }: Attempt): boolean =>
  (match.host === undefined || match.host === host) &&
  (match.verb === undefined || verbs.includes(match.verb)) &&
  (match.instance === undefined || match.instance === instance)
