import { request } from 'node:http'
import { connect } from 'node:net'
import { decodeConfiguration } from '../../releases/read-configuration.js'
import { ScriptExit, Verb } from '../../releases/verbs.js'
import type { EmulatedHost } from '../host.js'
import type { Answer, Input, InstanceState, ReleaseState } from '../model.js'
import { DEFAULT_APP, readTarball, sha256 } from '../tarball.js'
import { followLog } from './follow.js'

interface Said {
  host: EmulatedHost
  instance: InstanceState
  args: string[]
  input: Input
  halfway: boolean
}

/** What the scripts of src/releases do in a real instance, by their verbs. */
export const releaseVerbs: Record<string, (said: Said) => Promise<string | Answer> | string | Answer> = {
  [Verb.configure]: configure,
  [Verb.install]: install,
  [Verb.restart]: restart,
  [Verb.stop]: stop,
  [Verb.logs]: ({ host, instance, args: [name = '', lines = '100', follow], input }) =>
    followLog(host, () => instance.data.releases[name]?.logs ?? [], Number(lines), follow === '1', input),
  [Verb.logsFrom]: logsFrom,
  [Verb.logsPrevious]: logsPrevious,
  [Verb.probe]: probe,
}

/** As a journal, whose cursor is the number of lines so far. */
function logsFrom({ instance, args: [name = '', lines = '100', from = '', since = '0'] }: Said): string {
  const { logs, droppedLogs = 0 } = instance.data.releases[name] ?? { logs: [] }
  const seen = from.startsWith('journal:') ? Number(from.slice('journal:'.length)) : null
  const end = droppedLogs + logs.length
  const fresh =
    seen === null ? logs.slice(-Number(lines)) : logs.slice(seen > end ? 0 : Math.max(0, seen - droppedLogs))
  const wanted = fresh.filter((line) => writtenAt(line) >= Number(since) * 1000)
  return ['journal', ...wanted, ...(wanted.length === 0 ? [] : [`-- cursor: ${end}`]), ''].join('\n')
}

/** Between the last two starts. */
function logsPrevious({ instance, args: [name = '', lines = '100'] }: Said): string {
  const { logs } = instance.data.releases[name] ?? { logs: [] }
  const isStart = (line: string): boolean => line.endsWith(' started')
  const last = logs.findLastIndex(isStart)
  const before = logs.slice(0, Math.max(0, last)).findLastIndex(isStart)
  const run = before === -1 ? [] : logs.slice(before, last)
  return ['file 0', ...run.slice(-Number(lines)), ''].join('\n')
}

/** Each line begins with its time. */
const writtenAt = (line: string): number => Date.parse(line.split(' ')[0] ?? '')

function configure({ instance, args: [name = ''], input }: Said): string | Answer {
  return place(instance, name, input.stdin).refused ?? ''
}

/** Environment and secrets; what came behind them is left over. */
function place(
  instance: InstanceState,
  name: string,
  stdin: Uint8Array,
): { refused: Answer } | { refused?: never; release: ReleaseState; rest: Uint8Array } {
  const end = Buffer.from(stdin).indexOf(CONFIGURATION_END)
  if (end === -1) return { refused: failed(ScriptExit.configurationCut, 'the configuration ended early') }
  const { environment, secrets } = decodeConfiguration(stdin.subarray(0, end))
  const encoder = new TextEncoder()
  const digests = Object.entries(secrets).map(([key, value]) => [key, sha256(encoder.encode(value))])
  const release = (instance.data.releases[name] ??= newRelease())
  Object.assign(release, { environment, secrets: Object.fromEntries(digests) as Record<string, string> })
  return { release, rest: stdin.subarray(end + CONFIGURATION_END.length) }
}

async function install(said: Said): Promise<string | Answer> {
  const { host, instance, args, input } = said
  const [name = '', version = '', digest = '', , program = ''] = args
  const placed = place(instance, name, input.stdin)
  if (placed.refused !== undefined) return placed.refused
  const { release, rest } = placed
  if (!release.versions.some((v) => v.version === version && v.sha256 === digest)) {
    const refused = await unpack(release, { version, digest, program, tarball: rest })
    if (refused !== null) return refused
  }
  if (said.halfway) return ''
  release.current = version
  release.versions = [
    ...release.versions.filter((v) => v.version !== version).slice(1 - KEPT_VERSIONS),
    ...release.versions.filter((v) => v.version === version),
  ]
  return startAgain(host, instance, release)
}

async function restart({ host, instance, args: [name = ''], halfway }: Said): Promise<string | Answer> {
  const release = instance.data.releases[name]
  if (release?.current == null) return failed(ScriptExit.nothingInstalled, `${name} is not installed`)
  release.held = halfway
  return startAgain(host, instance, release)
}

async function stop({ host, instance, args: [name = ''] }: Said): Promise<string> {
  const release = instance.data.releases[name]
  if (release === undefined) return ''
  release.held = true
  host.log(instance, name, `${name} stopped`)
  await host.settle(instance, { fresh: false })
  return ''
}

async function startAgain(host: EmulatedHost, instance: InstanceState, release: ReleaseState): Promise<string> {
  if (!release.current) return ''
  release.held = false
  await host.settle(instance, { fresh: true })
  return ''
}

const CONFIGURATION_END = 'end - -\n'
const KEPT_VERSIONS = 3

async function unpack(
  release: ReleaseState,
  { version, digest, program, tarball }: { version: string; digest: string; program: string; tarball: Uint8Array },
): Promise<Answer | null> {
  if (tarball.length === 0) return failed(ScriptExit.tarballNeeded, `${version} is not in place, and no tarball came`)
  const found = sha256(tarball)
  if (found !== digest) return failed(ScriptExit.digestDiffers, `sha256 is ${found}, expected ${digest}`)
  const content = await readTarball(tarball).catch(() => null)
  if (content === null) return failed(ScriptExit.cannotUnpack, 'tar cannot unpack it')
  if (content.app === null && program !== '' && !content.programs.has(program)) {
    return failed(ScriptExit.noProgram, `${program} is missing or not executable`)
  }
  release.versions = release.versions.filter((v) => v.version !== version)
  release.versions.push({ version, sha256: digest, size: tarball.length, app: content.app ?? DEFAULT_APP })
  return null
}

const newRelease = (): ReleaseState => ({
  environment: {},
  secrets: {},
  versions: [],
  current: null,
  held: false,
  startedAt: 0,
  logs: [],
})

const failed = (exitCode: number, said: string): Answer => ({ exitCode, stdout: '', stderr: `${said}\n` })

function probe({ host, instance, args: [kind, port, path, seconds] }: Said): Promise<Answer> {
  const timeout = Number(seconds) * 1000
  const target = { host: host.address(instance), port: Number(port), timeout }
  return new Promise((resolve) => {
    const refused = (error: Error): void => resolve(failed(1, error.message))
    if (kind === 'tcp') {
      const socket = connect(target, () => {
        socket.destroy()
        resolve({ exitCode: 0, stdout: '', stderr: '' })
      }).on('error', refused)
      return
    }
    if (kind !== 'http' && kind !== 'https') return refused(new Error(`no probe of the kind ${kind}`))
    request({ ...target, path: path ?? '/' }, (response) => {
      response.resume()
      resolve({ exitCode: 0, stdout: String(response.statusCode), stderr: '' })
    })
      .on('timeout', () => refused(new Error('timed out')))
      .on('error', refused)
      .end()
  })
}
