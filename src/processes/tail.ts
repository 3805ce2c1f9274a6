/** Bytes that are held. */
const HELD = 64 * 1024

/** The end of what a program prints, however much it is. */
export class Tail {
  private held = Buffer.alloc(0)
  private cut = false

  take(chunk: Buffer): void {
    const all = Buffer.concat([this.held, chunk])
    this.cut ||= all.length > HELD
    this.held = all.subarray(-HELD)
  }

  /**
   * Its lines. Of one whose beginning is not held, nothing is told: it may begin in the middle of a secret, which nobody would see then.
   * @param ended - false: what it has not ended yet is left out as well
   */
  text({ ended }: { ended: boolean }): string {
    const text = this.held.toString('utf8')
    const from = this.cut ? text.indexOf('\n') + 1 || text.length : 0
    return ended ? text.slice(from) : text.slice(from, Math.max(from, text.lastIndexOf('\n') + 1))
  }
}
