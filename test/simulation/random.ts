/** A seeded generator (mulberry32): the only source of chance in a simulation. */
export class Random {
  constructor(private state: number) {}

  /** From 0 up to 1, exclusive. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number, both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new Error('nothing to pick from')
    return from[Math.floor(this.next() * from.length)]!
  }

  /** Picks by weight; weights need not add up to anything. */
  weighted<T>(choices: readonly T[], weightOf: (choice: T) => number): T {
    let at = this.next() * choices.reduce((sum, choice) => sum + weightOf(choice), 0)
    return choices.find((choice) => (at -= weightOf(choice)) < 0) ?? choices.at(-1)!
  }
}

/**
 * A generator for one decision, by its name. Such a decision does not depend on what was decided before, so that leaving a
 * command or a fault out of a scenario leaves most others as they were.
 */
export const randomFor = (...name: (string | number)[]): Random => new Random(hash(name.join('/')))

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value
}
