import pino from 'pino'
import { expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { refuseUnseenRequests } from '../../../activities/unseen-requests.js'
import type { Revision } from '../../../src/plan/model.js'
import { parsed } from '../topology/sample.js'

const topology = parsed({
  name: 'shop',
  hosts: {
    web: { address: 'localhost', platform: 'debian', edge: { command: ['my-lb'] } },
    usual: { address: 'usual', platform: 'emulated' },
  },
  resources: { app: { image: 'images:debian/12', network: { expose: [{ port: 80 }] } } },
  strategy: { approach: 'canary' },
})

const look = (requests: () => Promise<unknown>, force = false) => {
  const asked: string[] = []
  const edgeFor = (name: string) => {
    asked.push(name)
    return { requests }
  }
  const deps = { edgeFor, log: pino({ level: 'silent' }) } as unknown as ActivityDeps
  const { hosts } = topology
  return { asked, notes: refuseUnseenRequests(deps, { topology } as Revision, { hosts, force }) }
}

it('a balancer that tells of requests is fine, and our own is not asked', async () => {
  const { asked, notes } = look(async () => [])
  expect(await notes).toEqual([])
  expect(asked).toEqual(['web'])
})

it('one that does not is refused, and with force noted', async () => {
  const message = 'host web: its balancer does not report requests, so a canary cannot be judged by them'
  await expect(look(async () => null).notes).rejects.toMatchObject({ code: 'NOT_SUPPORTED_YET', message })
  expect(await look(async () => null, true).notes).toEqual([`${message} (--force)`])
})

it('one that cannot be asked is no reason to refuse a plan', async () => {
  expect(await look(() => Promise.reject(new Error('down'))).notes).toEqual([])
})
