import { expect, it } from 'vitest'
import { defineTopology, secret } from '../../../src/index.js'
import { parsed, said } from './sample.js'

it('gives the declaration its name and nothing else', () => {
  const declared = defineTopology('shop', {
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: {
      db: { type: 'container', on: 'here', image: 'images:debian/12' },
      app: {
        image: 'images:debian/12',
        on: ['here'],
        dependsOn: ['db'],
        environment: { A: 'x', KEY: secret({ from: 'system' }), TOKEN: secret({ from: 'file', key: './token' }) },
      },
    },
    cluster: { name: 'c', nodes: ['app'], cookie: secret({ from: 'system', key: 'COOKIE' }) },
  })
  expect(declared.name).toBe('shop')
  expect(parsed(declared).resources.app?.environment).toEqual({
    A: { value: 'x' },
    KEY: { secret: { from: 'system', key: null } },
    TOKEN: { secret: { from: 'file', key: './token' } },
  })
})

it('has the compiler find what names nothing', () => {
  const declared = defineTopology('shop', {
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: {
      app: {
        image: 'x',
        // @ts-expect-error no such host
        on: 'her',
        // @ts-expect-error no such resource
        dependsOn: ['db'],
      },
      // @ts-expect-error a misspelled key
      web: { image: 'x', replica: 2 },
    },
    // @ts-expect-error no such approach
    strategy: { approach: 'blue-green' },
  })
  expect(said(declared)).toHaveLength(4)
})

it('takes hosts that a program makes', () => {
  const hosts = Object.fromEntries(
    ['a', 'b'].map((name) => [name, { address: 'localhost', platform: 'debian' as const }]),
  )
  const declared = defineTopology('shop', { hosts, resources: { app: { image: 'x', on: 'b' } } })
  expect(parsed(declared).resources.app?.on).toEqual(['b'])
})
