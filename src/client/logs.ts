import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { createExecutors } from '../hosts/executors.js'
import type { Revision } from '../plan/model.js'
import { logsCommand } from '../releases/commands.js'
import { nearest } from '../topology/nearest.js'
import type { InstanceStatusRow } from '../contracts/index.js'

export interface LogOptions {
  /** A resource or one of its instances; absent: all that have a release, or all. */
  of?: string
  /** Last lines of each instance; default 100. */
  lines?: number
  follow?: boolean
  signal?: AbortSignal
}

export interface LogLine {
  instance: string
  line: string
}

/** ms for a log that is not followed; a day for one that is. */
const TIMES_MS = { once: 30_000, follow: 86_400_000 }

/**
 * Log lines of a topology's instances, from the hosts that this machine reaches: local and emulated ones.
 * @throws Cul8erError USAGE for a resource that there is none of, NOT_SUPPORTED_YET for hosts that are elsewhere
 */
export async function readLogs(
  home: string,
  revision: Revision,
  rows: InstanceStatusRow[],
  { of, lines = 100, follow = false, signal }: LogOptions,
  each: (line: LogLine) => void,
): Promise<void> {
  const executors = createExecutors({ emulatorHome: join(home, 'emulator') })
  try {
    await Promise.all(
      chosen(rows, of).map(async ({ name, resource, host, version }) => {
        const via = revision.topology.hosts[host]
        if (via === undefined)
          throw new Cul8erError('UNREACHABLE', `${name} is on ${host}, which the topology does not name`)
        const release = revision.topology.resources[resource]?.deploy ?? null
        const target = { name, resource, project: revision.topology.project, release: releaseSpec(release, version) }
        const split = splitter((line) => each({ instance: name, line }))
        await executors.executorFor(host, via).run(logsCommand(target, { lines, follow }), {
          onStdout: split.take,
          timeoutMs: follow ? TIMES_MS.follow : TIMES_MS.once,
          maxOutputBytes: Number.MAX_SAFE_INTEGER,
          ...(signal === undefined ? {} : { signal }),
        })
        split.end()
      }),
    )
  } finally {
    await executors.close()
  }
}

type Target = Parameters<typeof logsCommand>[0]

// The command goes by the release's name alone.
const releaseSpec = (release: { release: string } | null, version: string | null): Target['release'] =>
  release === null
    ? null
    : { name: release.release, version: version ?? '', artifact: { sha256: '', size: 0 }, start: null, stop: null }

function chosen(rows: InstanceStatusRow[], of: string | undefined): InstanceStatusRow[] {
  const there = rows.filter(({ state }) => state === 'Running')
  const found = of === undefined ? there : there.filter(({ name, resource }) => resource === of || name === of)
  if (found.length > 0 || of === undefined) return found
  const known = [...new Set(rows.flatMap(({ name, resource }) => [resource, name]))]
  const meant = nearest(of, known)
  throw new Cul8erError('USAGE', `nothing runs as ${of}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`, {
    hint: known.length === 0 ? 'no instance is there' : `there are ${known.join(', ')}`,
  })
}

/** Whole lines from pieces of bytes. */
function splitter(each: (line: string) => void): { take: (chunk: Uint8Array) => void; end: () => void } {
  const decoder = new TextDecoder()
  let rest = ''
  return {
    take(chunk) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      lines.forEach(each)
    },
    end() {
      if (rest !== '') each(rest)
    },
  }
}
