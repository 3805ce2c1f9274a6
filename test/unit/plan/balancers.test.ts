import { describe, expect, it } from 'vitest'
import { judgesByRequests, refuseOtherBalancer } from '../../../src/plan/balancers.js'
import type { Revision } from '../../../src/plan/model.js'
import { parsed } from '../topology/sample.js'

const topology = (edge: unknown, { exposes = true, host = 'web', strategy = {} } = {}) =>
  parsed({
    name: 'shop',
    hosts: { [host]: { address: 'localhost', platform: 'debian', ...(edge === undefined ? {} : { edge }) } },
    resources: { app: { image: 'images:debian/12', ...(exposes ? { network: { expose: [{ port: 80 }] } } : {}) } },
    strategy,
  })
const revision = (...args: Parameters<typeof topology>) => ({ topology: topology(...args) }) as Revision
const OWN = { command: ['my-lb'] }

describe('another balancer', () => {
  it.each([
    ['haproxy', 'command', revision(undefined), revision(OWN)],
    ['command', 'haproxy', revision(OWN), revision(undefined)],
    ['haproxy', 'none', revision(undefined), revision('none', { exposes: false })],
    ['haproxy', 'command', revision(undefined), revision(OWN, { host: 'renamed' })],
  ])('is refused while something is exposed: from %s to %s', (from, to, base, next) =>
    expect(() => refuseOtherBalancer(next, base)).toThrow(
      expect.objectContaining({
        code: 'NOT_SUPPORTED_YET',
        message: expect.stringContaining(`its edge cannot change from ${from} to ${to}`) as string,
      }),
    ),
  )

  it.each([
    ['at first', null, revision(OWN)],
    ['where nothing was exposed', revision('none', { exposes: false }), revision(OWN)],
    ['to other arguments of a command', revision(OWN), revision({ command: ['my-lb', '-v'] })],
    ['to the same one, written out', revision(undefined), revision('haproxy')],
  ])('is fine %s', (_, base, next) => expect(() => refuseOtherBalancer(next, base)).not.toThrow())
})

describe('a canary is judged by its requests', () => {
  const blind = { maxErrorRatePercent: false, compare: false }
  it.each([
    [{ approach: 'rolling' }, false],
    [{ approach: 'canary' }, true],
    [{ approach: 'canary', analysis: blind }, false],
    [{ approach: 'canary', analysis: { ...blind, maxLatencyP95: '1s' } }, true],
    [{ approach: 'canary', analysis: blind, steps: [{ weight: 10, analysis: { ...blind, compare: 'stable' } }] }, true],
  ])('%j: %s', (strategy, judged) => expect(judgesByRequests(topology(OWN, { strategy }))).toBe(judged))
})
