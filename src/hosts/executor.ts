import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ProbeAsked } from '../health/asked.js'
import type { Finding } from '../health/model.js'
import type { IncusCommand } from '../incus/command.js'

export interface RunOptions {
  /** Cancels the command; the promise rejects with the signal's reason. */
  signal?: AbortSignal
  /** ms; default 60,000. On expiry the command is killed and TIMEOUT is thrown. */
  timeoutMs?: number
  /** Bytes of stdout plus stderr; default 32 MiB. On excess the command is killed and OUTPUT_LIMIT is thrown. */
  maxOutputBytes?: number
  /** Not behind the commands that a host runs at a time: for a look that shows whether it is there. */
  ahead?: boolean
  /** Called with each piece of stdout; then stdout in the result is empty. */
  onStdout?: (chunk: Uint8Array) => void
}

export interface CommandResult {
  stdout: string
  stderr: string
  durationMs: number
}

/** How the Incus client of this machine reaches a host's Incus, for a command that is about two hosts. */
export type IncusWay =
  /** A socket of this machine: Incus's own, or one that leads to it. */
  | { kind: 'socket'; path: string }
  /** HTTPS; the certificate that was accepted, and what shows who asks, as PEM. */
  | { kind: 'https'; url: string; certificate: string; identity: { cert: string; key: string } }
  /** The emulator knows the others by their names. */
  | { kind: 'emulated'; name: string }

/** A request to the REST API of a host's Incus. */
export interface IncusRequest {
  method: 'GET' | 'POST'
  /** Begins with `/1.0`. */
  path: string
  headers?: Record<string, string>
  /**
   * A file that is streamed, or what comes by and by and has no size yet; `onPiece` gets the bytes of each piece as it goes. Where that ends
   * with an error the request is broken off, so that Incus takes nothing of it.
   */
  body?:
    | { file: string; size: number; onPiece?: (bytes: number) => void }
    | { pieces: AsyncIterable<Uint8Array>; onPiece?: (bytes: number) => void }
  signal: AbortSignal
}

/** How commands and connections reach one host. Every kind of host has one implementation. */
export interface HostExecutor {
  readonly host: string
  /**
   * Runs one Incus command.
   * @throws Cul8erError by the text Incus printed (src/incus/errors.ts), TIMEOUT, OUTPUT_LIMIT, or the signal's reason
   */
  run(command: IncusCommand, options?: RunOptions): Promise<CommandResult>
  /**
   * The exit code instead of an error, for commands inside an instance (`incus exec`) whose failing is an answer.
   * @throws as run does, for what kept the command from being carried out at all
   */
  tryRun(command: IncusCommand, options?: RunOptions): Promise<CommandResult & { exitCode: number }>
  /** A TCP connection to an instance's own address, as seen from the host. */
  connect(address: string, port: number, options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<Duplex>
  /**
   * The way for a command that is about this host and another one; absent: there is none.
   * @throws Cul8erError as `run` does where the host cannot be reached
   */
  way?(signal?: AbortSignal): Promise<IncusWay>
  /**
   * The answer of the host's Incus to a request whose body, or whose answer, is too large for a command. Absent: there is no such way.
   * @throws Cul8erError UNREACHABLE, what logging in throws, or the signal's reason
   */
  readonly request?: (request: IncusRequest) => Promise<IncomingMessage>
  /**
   * Carries out a probe where the host is reached from. Absent: that is here.
   * @throws Cul8erError as `run` does where the host cannot be reached
   */
  readonly probe?: (asked: ProbeAsked, signal?: AbortSignal) => Promise<Finding>
  /** Ends what the executor keeps open. */
  close(): Promise<void>
}
