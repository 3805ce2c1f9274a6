import { expect, test } from 'vitest'
import { findImages, imagesOfServers } from '../../../activities/images.js'
import { newEdges } from '../../../activities/new-edges.js'
import type { ActivityDeps } from '../../../activities/deps.js'

const HOSTS = ['one', 'two', 'three']
const hosts = Object.fromEntries(HOSTS.map((name) => [name, { address: name }])) as never
const signal = new AbortController().signal
const needed = (image: string) =>
  HOSTS.map((host) => ({ image, host, project: null, place: { resource: 'web' } })) as never

/** What a host answers once all of them have been asked: asked one after another they would never. */
function onceAllAsked<T>(answer: (host: string) => T): (host: string) => Promise<T> {
  const asked = new Set<string>()
  let go = (): void => undefined
  const all = new Promise<void>((resolve) => (go = resolve))
  return async (host) => {
    asked.add(host)
    if (asked.size === HOSTS.length) go()
    await all
    return answer(host)
  }
}

const answering = (answer: (host: string) => Promise<unknown>): ActivityDeps =>
  ({
    executorFor: (host: string) => ({ run: () => answer(host) }),
    edgeFor: (host: string) => ({ wouldMake: () => answer(host) }),
    log: { warn: () => undefined },
  }) as unknown as ActivityDeps

test('hosts are asked for the images that they must have side by side', { timeout: 5_000 }, async () => {
  const deps = answering(onceAllAsked(() => ({ stdout: '[]' })))
  await expect(findImages(deps, needed('cul8er/tiny'), { hosts, signal })).resolves.toEqual([])
})

test('hosts are asked for images of servers side by side', { timeout: 5_000 }, async () => {
  const deps = answering(onceAllAsked(() => ({ stdout: '[]' })))
  const found = await imagesOfServers(deps, needed('images:debian/12'), { hosts, signal })
  expect(found).toEqual({ one: [], two: [], three: [] })
})

test('hosts are asked for their edges side by side', { timeout: 5_000 }, async () => {
  const deps = answering(onceAllAsked((host) => (host === 'two' ? null : { instance: 'edge', image: 'cul8er/edge' })))
  const changes = HOSTS.map((host) => ({ action: 'create', resource: 'web', host }))
  const revision = { topology: { resources: { web: { expose: [{ port: 80 }] } } } }
  const found = await newEdges(deps, revision as never, { hosts, plan: { changes } as never, exposures: [] })
  expect(found.map(({ host }) => host)).toEqual(['one', 'three'])
})
