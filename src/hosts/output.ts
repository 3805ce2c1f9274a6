/** Collects what a command prints up to a limit, which counts what is kept: a stream that is handed on is not. */
export class OutputCollector {
  exceeded = false
  private bytes = 0
  private readonly out: Uint8Array[] = []
  private readonly err: Uint8Array[] = []

  constructor(
    private readonly limit: number,
    private readonly onExceeded: () => void,
  ) {}

  readonly stdout = (chunk: Uint8Array): void => this.keep(this.out, chunk)
  readonly stderr = (chunk: Uint8Array): void => this.keep(this.err, chunk)

  texts(): { stdout: string; stderr: string } {
    return { stdout: Buffer.concat(this.out).toString('utf8'), stderr: Buffer.concat(this.err).toString('utf8') }
  }

  private keep(chunks: Uint8Array[], chunk: Uint8Array): void {
    this.bytes += chunk.length
    if (this.bytes <= this.limit) chunks.push(chunk)
    else if (!this.exceeded) {
      this.exceeded = true
      this.onExceeded()
    }
  }
}
