import { expect, it } from 'vitest'
import { readCompose } from '../support/production/compose.js'

const NEEDED = { TEMPORAL_DB_PASSWORD: 'one', CUL8ER_SEAL_KEY: 'two', CUL8ER_HOME: '/home' }

it.each(['CUL8ER_SEAL_KEY', 'CUL8ER_SEAL_KEY_BEFORE', 'CUL8ER_ENCRYPT'])(
  'workers have %s as commands have it',
  (name) => {
    const services = readCompose({ ...NEEDED, [name]: 'given' })
    for (const worker of ['worker-1', 'worker-2']) expect(services[worker]?.environment).toHaveProperty(name, 'given')
  },
)

it('nothing is listened to beyond this machine, and no secret has a value of its own', () => {
  const services = readCompose(NEEDED)
  const ports = Object.values(services).flatMap(({ ports: opened = [] }) => opened)
  expect(ports.length).toBeGreaterThan(0)
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  for (const name of ['TEMPORAL_DB_PASSWORD', 'CUL8ER_SEAL_KEY'])
    expect(() => readCompose({ ...NEEDED, [name]: '' })).toThrow(`${name} is missing`)
})
