import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationResult } from '../../../src/contracts/index.js'
import { seeded } from '../../chaos/random.js'
import { makeCertificate } from '../../support/certificates.js'
import { Home } from '../service/home.js'
import { incus, inEdge, Neighbour, type Asking, type PublicPort, type Shape } from './neighbour.js'

/*
 * Two topologies behind the real edge of this machine, one of them broken in one way after the other. Whatever becomes of it, no request
 * to the sound one fails, and that one is updated as ever. One run again: NEIGHBOURS_SEED; more pairs: NEIGHBOURS_PAIRS; one kind: NEIGHBOURS_ONLY.
 */

const SEED = Number(process.env.NEIGHBOURS_SEED ?? Date.now() % 1_000_000)
const PAIRS = Number(process.env.NEIGHBOURS_PAIRS ?? 2)
const [SOUND, BROKEN, SHARED, SHARED_TLS, FREE] = [18_660, 18_670, 18_680, 18_681, 18_690]

describe(`a neighbour that breaks, ${PAIRS} times (NEIGHBOURS_SEED=${SEED})`, () => {
  const random = seeded(SEED)
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  const someOf = <T>(all: readonly T[]): T[] => all.filter(() => random() < 0.5)

  const home = new Home()
  const shapeOf = (name: string, base: number, approach: Shape['approach']): Shape => ({
    approach,
    replicas: approach === 'rolling' && base === SOUND ? 2 : oneOf([1, 2]),
    ports: [
      { as: base, protocol: 'http' },
      ...someOf<PublicPort>([
        { as: base + 1, protocol: 'tcp' },
        { as: base + 2, protocol: 'https' },
        { as: SHARED, protocol: 'http', host: `${name}.example` },
        { as: SHARED_TLS, protocol: 'https', host: `${name}.example` },
      ]),
    ],
  })
  const [approach, other] = [oneOf(['rolling', 'blueGreen'] as const), oneOf(['rolling', 'blueGreen'] as const)]
  const sound = new Neighbour(home, 'pair-sound', shapeOf('sound', SOUND, approach))
  const broken = new Neighbour(home, 'pair-broken', shapeOf('broken', BROKEN, other))

  beforeAll(async () => {
    console.log(`NEIGHBOURS_SEED=${SEED}: ${approach} beside ${other}`)
    await sound.serve()
  }, 120_000)
  afterAll(async () => {
    for (const { name } of [broken, sound]) await home.cul8er(['destroy', name, '--yes', '--force'])
    await home.remove()
  }, 180_000)

  /** How an operation ended that did not get there, and that `status` and `history` say the same with what comes next. */
  async function told(result: OperationResult, expected: object): Promise<void> {
    expect(result).toMatchObject(expected)
    const { operation, outcome, error } = result
    const message = error?.message ?? ''
    expect((await broken.status()).lastOperation).toMatchObject({ operation, outcome, error: { message } })
    const shown = await broken.run('status', broken.name)
    expect(shown.stdout).toContain(message)
    expect(shown.stdout).toMatch(/^ +→ cul8er history pair-broken op-\d+ shows its steps/m)
    expect((await broken.run('history', broken.name, operation)).stdout).toContain(message)
  }
  const toldNow = async (expected: object): Promise<void> => told((await broken.deploy()).result, expected)
  /** What is refused before there is an operation. */
  async function refused(code: string, says: RegExp): Promise<void> {
    const { exit, stdout } = await broken.run('deploy', '-f', broken.file, '--yes', '--json')
    expect(exit).toBeGreaterThan(0)
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } }
    expect(error.code).toBe(code)
    expect(error.message).toMatch(says)
  }
  async function whileTaken(port: number, then: () => Promise<void>): Promise<void> {
    const thief = createServer((socket) => socket.destroy()).listen(port, '::')
    await once(thief, 'listening')
    try {
      await then()
    } finally {
      thief.close()
      await once(thief, 'close')
    }
  }
  /** Whether it serves or is deployed for the first time. */
  async function before(serves: boolean): Promise<void> {
    if (serves && !broken.deployed) await broken.serve()
    if (!serves && broken.deployed) await broken.destroy()
  }
  const serves = async (): Promise<void> => expect((await fetch(`http://127.0.0.1:${BROKEN}/`)).status).toBe(200)
  const underway = (): Promise<void> =>
    expect
      .poll(async () => (await broken.status()).operation?.step ?? '', { timeout: 15_000, interval: 100 })
      .toMatch(/wait|install|create|start/)
  const settled = async (): Promise<void> => {
    await expect.poll(async () => (await broken.status()).operation, { timeout: 40_000 }).toBeNull()
  }
  const instance = async (): Promise<string> => oneOf(await broken.instances())
  const back = (): string => (broken.deployed ? 'revision' : 'nothing of it is left')

  const BREAKAGES: Record<string, () => Promise<void>> = {
    'its port is closed by hand and taken': async () => {
      await before(true)
      await incus('config', 'device', 'remove', 'cul8er-edge', `port-${BROKEN}`)
      expect((await broken.run('plan', '-f', broken.file)).stdout).toContain(
        `port ${BROKEN} is closed, should route to `,
      )
      await whileTaken(BROKEN, async () => {
        await broken.declare()
        await toldNow({ outcome: 'failed', error: { code: 'PORT_TAKEN' } })
        await update('its port is taken')
      })
    },
    'a program has a port that it wants': async () => {
      await whileTaken(FREE, async () => {
        await broken.declare('good', { ports: [{ as: FREE, protocol: 'http' }] })
        await refused('PORT_TAKEN', /^port 18690 of here is in use by another program$/)
      })
    },
    'it wants the port of the sound one': async () => {
      await broken.declare('good', { ports: [{ as: SOUND, protocol: oneOf(['http', 'https', 'tcp'] as const) }] })
      await refused('PORT_TAKEN', /^port 18660 of here belongs to topology pair-sound/)
    },
    'an instance is deleted by hand': async () => {
      await before(true)
      await incus('delete', '--force', await instance())
      expect(await broken.status()).toMatchObject({ healthy: false })
      await broken.declare('broken')
      await toldNow({ outcome: expect.stringMatching(/rolledBack|needsAttention/) as string })
    },
    'an instance is stopped by hand': async () => {
      await before(true)
      await incus('stop', '--force', await instance())
      expect(await broken.status()).toMatchObject({ healthy: false })
    },
    'its app never becomes healthy': async () => {
      await before(random() < 0.5)
      await broken.declare('broken')
      await toldNow({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
      if (broken.deployed) await serves()
      expect((await broken.run('status', broken.name)).stdout).toContain(back())
    },
    'its certificate is missing or broken': async () => {
      const [one, two] = [
        makeCertificate({ names: ['broken.example'] }),
        makeCertificate({ names: ['broken.example'] }),
      ]
      const [cert, key] = ['cert.pem', 'key.pem'].map((file) => join(home.folder, file)) as [string, string]
      await broken.declare('good', { ports: [{ as: FREE, protocol: 'https', certificate: { cert, key } }] })
      await refused('INVALID_TOPOLOGY', /certificate\.cert: found a file that cannot be read/)
      writeFileSync(cert, one.cert)
      writeFileSync(key, two.key, { mode: 0o600 })
      await refused('INVALID_TOPOLOGY', /certificate\.key: found a key of another certificate/)
      writeFileSync(cert, one.cert.slice(0, 200))
      await refused('INVALID_TOPOLOGY', /certificate\.cert: found/)
      for (const file of [cert, key]) rmSync(file)
    },
    'its certificate in the edge is damaged': async () => {
      const ports: PublicPort[] = [{ as: FREE, protocol: 'https', certificate: certificate() }]
      await broken.declare('good', { ports })
      expect(await broken.deploy()).toMatchObject({ result: { outcome: 'succeeded' } })
      const hurt = oneOf(['rm -f', 'truncate -s 300', 'tee'])
      const inVersion = `$(readlink -f /etc/cul8er-edge/current/tls-${FREE}.pem)`
      await inEdge(hurt === 'tee' ? `echo nonsense >${inVersion}` : `${hurt} ${inVersion}`)
      await update(`its certificate in the edge is damaged: ${hurt}`, true)
    },
    'its part of the edge is damaged': async () => {
      await before(true)
      const own = `/etc/cul8er-edge/current/topologies/${broken.name}.json`
      const hurt = oneOf(['rm -f FILE', 'truncate -s 40 FILE', 'echo nonsense >FILE', ': >FILE', 'echo "{}" >FILE'])
      await inEdge(hurt.replace('FILE', own))
      await update(`its part of the edge is damaged: ${hurt}`, true)
    },
    'its deploy is aborted': async () => {
      await before(random() < 0.5)
      await broken.declare('broken', { deadline: '40s' })
      await broken.deploy('--detach')
      await underway()
      expect(await broken.run('abort', broken.name)).toMatchObject({ exit: 0 })
      await settled()
      expect((await broken.status()).lastOperation).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
      expect((await broken.run('status', broken.name)).stdout).toContain(back())
      if (broken.deployed) await serves()
      else expect(await broken.instances()).toEqual([])
    },
    'its worker is killed midway': async () => {
      await before(random() < 0.5)
      await broken.declare(oneOf(['good', 'broken'] as const))
      await broken.deploy('--detach')
      await underway()
      process.kill(home.record()?.worker?.pid ?? 0, 'SIGKILL')
      await settled()
      const { lastOperation, instances } = await broken.status()
      expect(lastOperation?.outcome).toMatch(/^(succeeded|rolledBack)$/)
      broken.deployed = instances.length > 0
    },
    'it is destroyed while it is half deployed': async () => {
      await broken.declare('broken', { deadline: '40s' })
      await broken.deploy('--detach')
      await underway()
      const { exit } = await broken.run('destroy', broken.name, '--yes')
      expect(exit).toBe(3)
      await broken.run('abort', broken.name)
      await settled()
      await broken.destroy()
    },
  }
  function certificate(): { cert: string; key: string } {
    const made = makeCertificate({ names: ['broken.example'] })
    const [cert, key] = ['own.pem', 'own.key'].map((file) => join(home.folder, file)) as [string, string]
    writeFileSync(cert, made.cert)
    writeFileSync(key, made.key, { mode: 0o600 })
    return { cert, key }
  }

  let asking: Asking[] = []
  let answers = 0
  const end = async (some: readonly Asking[], during: string): Promise<void> => {
    for (const count of await Promise.all(some.map((each) => each.end(during)))) answers += count
  }
  /** The sound one gets another version and other ports; those that it keeps are asked all the time. */
  async function update(during: string, load = false): Promise<void> {
    const { shape } = sound
    const next = shapeOf('sound', SOUND, approach)
    // A port of its own that comes or goes asks for a load of the configuration.
    const [first, ...rest] = next.ports
    const has = shape.ports.some(({ as }) => as === SOUND + 1)
    const ports = load
      ? [...(first === undefined ? [] : [first]), ...rest.filter(({ as }) => as !== SOUND + 1), ...(has ? [] : [TCP])]
      : next.ports
    const stays = ({ port }: Asking): boolean => ports.some(({ as }) => as === port.as)
    await end(
      asking.filter((each) => !stays(each)),
      during,
    )
    asking = asking.filter(stays)
    sound.shape = { ...next, ports }
    await sound.declare()
    const { exit, result } = await sound.deploy()
    expect([during, exit, result.outcome, result.error]).toEqual([during, 0, 'succeeded', undefined])
    const known = asking.map(({ port }) => port.as)
    asking.push(...sound.ask(({ as }) => !known.includes(as)))
  }
  const TCP: PublicPort = { as: SOUND + 1, protocol: 'tcp' }

  const only = process.env.NEIGHBOURS_ONLY
  const kinds = Object.keys(BREAKAGES).filter((kind) => only === undefined || new RegExp(only).test(kind))
  let shuffled: string[] = []
  const next = (): string => {
    if (shuffled.length === 0)
      shuffled = [...kinds]
        .map((kind) => [random(), kind] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, kind]) => kind)
    return shuffled.pop() ?? ''
  }
  const pairs = Array.from({ length: PAIRS }, (_, i) => [i + 1, next()] as const)

  it.each(pairs)('pair %i: %s', { timeout: 400_000 }, async (_number, kind) => {
    const began = Date.now()
    asking = sound.ask()
    answers = 0
    try {
      await BREAKAGES[kind]?.()
      if (random() < 0.3 && broken.deployed) await broken.destroy()
      broken.shape = shapeOf('broken', BROKEN, other)
      await update(kind)
      // Nothing of what broke it is in the way of its next version.
      await broken.serve()
      expect(await broken.status()).toMatchObject({ healthy: true, dirty: [] })
    } finally {
      await end(asking, kind)
    }
    console.log(`${kind}: ${answers} answers in ${Date.now() - began} ms`)
  })
})
