/** Programs of a machine that is being set up, each with its list of arguments; nothing goes through a shell of ours. */
export interface Machine {
  /**
   * Runs a program, whatever its exit code; 127: there is none of that name.
   * @throws Cul8erError UNREACHABLE and what logging in throws; TIMEOUT; the signal's reason
   */
  run(argv: readonly string[], options?: MachineRun): Promise<MachineResult>
}

export interface MachineRun {
  /** On standard input. */
  input?: string
  /** ms; default a minute. */
  timeoutMs?: number
  signal?: AbortSignal
}

export interface MachineResult {
  exitCode: number
  stdout: string
  stderr: string
}
