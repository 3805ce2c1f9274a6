import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { Cul8erError } from '../../errors.js'
import type { HostExecutor, RunOptions } from '../../hosts/executor.js'
import { execIn } from '../../incus/index.js'
import type { RequestSample } from '../model.js'
import { atHost } from './clock.js'
import { parseRequests } from './parse-requests.js'
import { parseRuntime, RUNTIME_QUESTIONS, type Runtime } from './parse-runtime.js'
import { checkPicture, type StoredTopology } from './picture.js'
import type { Rendered } from './render.js'
import { COMMIT, CommitExit, READ, READ_CERTIFICATES, REQUESTS } from './scripts.js'

/** The edge as it is at one moment. */
export interface Snapshot {
  /** '': it has no configuration yet. */
  version: string
  topologies: StoredTopology[]
  /** What the runtime socket answered. */
  answer: string
}

export interface Commit {
  from: string
  version: string
  mode: 'runtime' | 'load'
  topologies: readonly StoredTopology[]
  rendered: Rendered
  /** Batches for the runtime socket (difference.ts). */
  commands: readonly string[]
  /** New certificates with their keys, by fingerprint. */
  pems: Record<string, string>
}

export type Committed =
  | { outcome: 'done'; runtime: Runtime | null; said: string }
  | { outcome: 'conflict' | 'refused' | 'notLoaded'; said: string }

/** Reading and changing an edge, one command each. */
export class Exchange {
  constructor(
    private readonly executor: HostExecutor,
    private readonly instance: string,
  ) {}

  /** @throws Cul8erError as the executor does, EDGE */
  async read(question: string = RUNTIME_QUESTIONS): Promise<Snapshot> {
    return whole(
      () => this.answered(READ, [question]),
      (text) => {
        const lines = text.split('\n')
        const answerAt = lines.indexOf('%answer')
        const [version] = after(lines, '%version ')
        if (version === undefined || answerAt === -1) return null
        return {
          version,
          topologies: storedTopologies(lines.slice(0, answerAt)),
          answer: lines.slice(answerAt + 1).join('\n'),
        }
      },
    )
  }

  /**
   * The latest requests of all topologies.
   *
   * @param options.sinceMs - by this process's clock; the host's may be another
   * @throws Cul8erError as the executor does, EDGE
   */
  async requests({ most, sinceMs }: { most: number; sinceMs: number }): Promise<RequestSample[]> {
    let askedAt = 0
    return whole(
      () => {
        askedAt = Date.now()
        return this.answered(REQUESTS, [String(most)])
      },
      (text) => {
        const clock = /^%clock (\d+)$/m.exec(text)?.[1]
        if (clock === undefined || !/^%end$/m.test(text)) return null
        const since = atHost(sinceMs, { askedAt, answeredAt: Date.now(), hostSeconds: Number(clock) })
        return parseRequests(text).filter(({ at }) => at >= since)
      },
    )
  }

  /** PEM texts by fingerprint, '' for one that is gone. @throws Cul8erError EDGE */
  async certificates(fingerprints: readonly string[]): Promise<string[]> {
    return Promise.all(
      fingerprints.map((fingerprint) =>
        whole(
          () => this.answered(READ_CERTIFICATES, [fingerprint]),
          (text) => /^([^]*)\n%end$/m.exec(text)?.[1] ?? null,
        ),
      ),
    )
  }

  /** @throws Cul8erError as the executor does, EDGE for what the script does not foresee */
  async commit({ from, version, mode, topologies, rendered, commands, pems }: Commit): Promise<Committed> {
    const stdin = await tar({
      ...rendered.files,
      commands: lines(commands),
      'self-signed': lines(rendered.selfSigned.map(({ file, host }) => `${file} ${host}`)),
      ...Object.fromEntries(
        topologies.map((stored) => [`topologies/${stored.topology}.json`, `${JSON.stringify(stored)}\n`]),
      ),
      ...Object.fromEntries(Object.entries(pems).map(([fingerprint, pem]) => [`certs/${fingerprint}.pem`, pem])),
    })
    const { exitCode, stdout, stderr } = await this.run(
      COMMIT,
      [from, version, mode, rendered.skeleton, RUNTIME_QUESTIONS],
      stdin,
    )
    const [said = '', answer] = stdout.split('%answer\n')
    switch (exitCode) {
      case CommitExit.done:
        return { outcome: 'done', runtime: parseRuntime(answer ?? (await this.read()).answer), said: said.trim() }
      case CommitExit.conflict:
        return { outcome: 'conflict', said }
      case CommitExit.refused:
        return { outcome: 'refused', said: said.trim() }
      case CommitExit.notLoaded:
        return { outcome: 'notLoaded', said: said.trim() }
      default:
        throw failed(exitCode, stderr)
    }
  }

  /** Standard output of a script. @throws Cul8erError as the executor does, EDGE when it fails */
  async answered(
    script: string,
    words: readonly string[],
    options: RunOptions & { stdin?: Uint8Array } = {},
  ): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(script, words, options.stdin, options)
    if (exitCode !== 0) throw failed(exitCode, stderr)
    return stdout
  }

  private run(script: string, words: readonly string[], stdin?: Uint8Array, options: RunOptions = {}) {
    const command = execIn(this.instance, ['sh', '-c', script, 'cul8er-edge', ...words], {
      ...(stdin === undefined ? {} : { stdin, stdinLabel: 'configuration of the edge' }),
    })
    return this.executor.tryRun(command, options)
  }
}

/**
 * Those that scripts print, a line each. A part that somebody damaged is none: taken as it is, it would be in the way of every other topology
 * of the host. What its own plan finds closed, its next deploy opens.
 */
export const storedTopologies = (lines: readonly string[]): StoredTopology[] =>
  after(lines, '%topology ').flatMap((json) => {
    try {
      const stored = JSON.parse(json) as StoredTopology
      checkPicture([stored])
      return [stored]
    } catch {
      return []
    }
  })

const after = (all: readonly string[], prefix: string): string[] =>
  all.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('')

const HEARINGS = 3

/**
 * Asks again for an answer that did not arrive whole: `incus exec` (6.0.4) now and then gives no output of what ended well. Taken
 * at its word, the edge would have no routes.
 */
async function whole<T>(ask: () => Promise<string>, take: (text: string) => T | null): Promise<T> {
  for (let left = HEARINGS; left > 0; left -= 1) {
    const taken = take(await ask())
    if (taken !== null) return taken
  }
  throw new Cul8erError('EDGE', `no complete response from the edge after ${HEARINGS} attempts`)
}

const failed = (exitCode: number, stderr: string): Cul8erError =>
  new Cul8erError(
    'EDGE',
    exitCode === 74
      ? 'another change has been holding the edge for more than 20 s'
      : 'the edge failed to apply a change',
    {
      details: { exitCode, said: stderr.trim().slice(-2_000) },
    },
  )

async function tar(files: Record<string, string>): Promise<Uint8Array> {
  const archive = pack()
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o600 }, content)
  archive.finalize()
  return buffer(archive)
}
