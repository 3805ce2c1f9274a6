import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readCompose } from '../support/production/compose.js'

const VALUES = { TEMPORAL_DB_PASSWORD: 'secret', CUL8ER_SEAL_KEY: 'key', CUL8ER_HOME: '/var/lib/cul8er' }
const services = readCompose(VALUES)
const root = new URL('../../', import.meta.url)

it.each(Object.keys(VALUES))('%s has no default', (name) => {
  expect(() => readCompose({ ...VALUES, [name]: '' })).toThrow(`${name} is missing`)
})

it('every image but our own has an exact version', () => {
  const built = readFileSync(new URL('docker/Dockerfile', root), 'utf8')
  const images = [
    ...Object.values(services).flatMap(({ image, build }) => (build === undefined ? [image] : [])),
    ...[...built.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image ?? ''),
  ]
  expect(images.length).toBeGreaterThan(6)
  for (const image of images) expect(image).toMatch(/:\d+\.\d+(\.\d+)?(-[\w-]+)?$|@sha256:[0-9a-f]{64}$/)
})

it('two workers with the same environment, which is what a worker needs', () => {
  expect(services['worker-2']).toEqual(services['worker-1'])
  const worker = services['worker-1']
  expect(Object.keys(worker?.environment ?? {}).sort()).toEqual([
    'CUL8ER_HOME',
    'CUL8ER_SEAL_KEY',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
  ])
  expect(worker?.volumes).toContain(`${VALUES.CUL8ER_HOME}:${worker?.environment?.CUL8ER_HOME}`)
})

it('the server and its schema find the database that is there', () => {
  const { postgresql, schema, temporal } = services
  const login = [postgresql?.environment?.POSTGRES_USER, postgresql?.environment?.POSTGRES_PASSWORD]
  expect([temporal?.environment?.POSTGRES_USER, temporal?.environment?.POSTGRES_PWD]).toEqual(login)
  expect([schema?.environment?.SQL_USER, schema?.environment?.SQL_PASSWORD]).toEqual(login)
  expect(services).toHaveProperty(String(temporal?.environment?.POSTGRES_SEEDS))
  expect(services).toHaveProperty(String(schema?.environment?.SQL_HOST))
})

it('what a service waits for and mounts is there, and ports are on loopback alone', () => {
  for (const { depends_on = {}, volumes = [], ports = [], entrypoint = [] } of Object.values(services)) {
    for (const name of Object.keys(depends_on)) expect(services).toHaveProperty(name)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    for (const volume of volumes.filter((each) => each.startsWith('./'))) {
      expect(existsSync(fileURLToPath(new URL(volume.split(':')[0] ?? '', root)))).toBe(true)
    }
    for (const script of entrypoint.filter((each) => each.startsWith('/docker/'))) {
      expect(existsSync(fileURLToPath(new URL(`.${script}`, root)))).toBe(true)
    }
  }
})
