import { describe, expect, it } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import type { InstanceSpec } from '../../../src/plan/model.js'
import { installRelease } from '../../../src/releases/install-release.js'
import { ScriptExit } from '../../../src/releases/verbs.js'

const sha256 = 'cd'.repeat(32)
const spec = {
  name: 'shop-web',
  project: null,
  resource: 'web',
  type: 'container',
  environment: {},
  secrets: [],
  release: { name: 'app', version: '2', artifact: { sha256, size: 42 }, start: null, stop: null },
} as unknown as InstanceSpec
const deps = { artifactPath: '/store/x', secrets: new Map<string, string>() }

type Answer = { exitCode?: number; stdout?: string; stderr?: string } | Error

/** Answers in turn; what was said is kept as `verb` or `verb+tarball`. */
function scripted(answers: Answer[]) {
  const said: string[] = []
  const executor: HostExecutor = {
    host: 'h',
    run: () => Promise.reject(new Error('not expected')),
    tryRun: async ({ args, stdin }) => {
      said.push(
        `${args.find((arg) => /^cul8er-\w+$/.test(arg))}${stdin !== undefined && 'file' in stdin ? '+tarball' : ''}`,
      )
      const answer = answers.shift() ?? {}
      if (answer instanceof Error) throw answer
      return { exitCode: 0, stdout: '', stderr: '', durationMs: 1, ...answer }
    },
    connect: () => Promise.reject(new Error('not expected')),
    close: async () => {},
  }
  return { executor, said }
}

describe('installRelease', () => {
  it.each<[string, { fresh?: boolean }, Answer[], string[], boolean]>([
    [
      'sends what is not there',
      {},
      [{ exitCode: ScriptExit.tarballNeeded }, {}],
      ['cul8er-install', 'cul8er-install+tarball'],
      true,
    ],
    ['sends no version twice', {}, [{}], ['cul8er-install'], false],
    ['sends it at once to what was made a moment ago', { fresh: true }, [{}], ['cul8er-install+tarball'], true],
    [
      'waits for an instance that is starting',
      { fresh: true },
      [new Cul8erError('INCUS', 'Instance is not running'), {}],
      ['cul8er-install+tarball', 'cul8er-install+tarball'],
      true,
    ],
  ])('%s', async (_, how, answers, verbs, uploaded) => {
    const { executor, said } = scripted([...answers])
    expect(await installRelease(executor, spec, { ...deps, ...how })).toMatchObject({ uploaded })
    expect(said).toEqual(verbs)
  })

  it('places environment alone, or nothing', async () => {
    const { executor, said } = scripted([])
    await installRelease(executor, { ...spec, release: null }, deps)
    expect(said).toEqual([])
    await installRelease(executor, { ...spec, release: null, environment: { A: 'b' } }, deps)
    expect(said).toEqual(['cul8er-configure'])
  })

  it.each([
    [ScriptExit.digestDiffers, 'sha256 is x', 'ARTIFACT_BROKEN', 'shop-web: app 2 arrived damaged: sha256 is x'],
    [ScriptExit.cannotUnpack, 'tar: bad', 'ARTIFACT_BROKEN', 'shop-web: app 2 cannot be unpacked: tar: bad'],
    [
      ScriptExit.cannotUnpack,
      'tar: No space left on device',
      'NO_SPACE',
      'shop-web: no space for app 2: tar: No space left on device',
    ],
    [
      ScriptExit.noProgram,
      'bin/app is missing',
      'ARTIFACT_BROKEN',
      'shop-web: app 2 cannot be started: bin/app is missing',
    ],
    [
      ScriptExit.noInit,
      'process 1 is x',
      'NOT_SUPPORTED_YET',
      'shop-web: no supported init system can run app 2: process 1 is x',
    ],
    [ScriptExit.initNotReady, 'systemd', 'TIMEOUT', 'shop-web: the init system did not become ready: systemd'],
    [ScriptExit.startRefused, 'masked', 'INCUS', 'shop-web: the service manager refused to start app 2: masked'],
    [ScriptExit.configurationCut, 'cut', 'UNREACHABLE', 'shop-web: the configuration arrived incomplete: cut'],
    [1, '', 'INCUS', 'shop-web: a command inside failed: exit 1'],
  ])('exit %i, %j is %s', async (exitCode, stderr, code, message) => {
    for (const answers of [[{ exitCode, stderr }], [{ exitCode: ScriptExit.tarballNeeded }, { exitCode, stderr }]]) {
      await expect(installRelease(scripted(answers).executor, spec, deps)).rejects.toMatchObject({ code, message })
    }
  })

  it('does not wait for what another try cannot mend, nor when cancelled', async () => {
    const { executor, said } = scripted([new Cul8erError('NOT_FOUND', 'no such instance')])
    await expect(installRelease(executor, spec, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(said).toHaveLength(1)
    const stop = new AbortController()
    const starting = scripted(Array.from({ length: 9 }, () => new Cul8erError('INCUS', 'Instance is not running')))
    const waiting = installRelease(starting.executor, spec, { ...deps, signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')), 20)
    await expect(waiting).rejects.toThrow('enough')
  })
})
