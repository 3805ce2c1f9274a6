import { expect, it } from 'vitest'
import { lastProbe } from '../../../activities/health.js'
import type { Healthcheck } from '../../../src/topology/model.js'

/* A heartbeat may be sent by a worker that has not placed the app's secrets, and so cannot mask them. */

const counts = { successes: 0, failures: 1, errors: 0 }

it.each<[Healthcheck['probe'], string, string]>([
  [
    { kind: 'http', scheme: 'http', port: 4000, path: '/health', expectedStatus: null },
    'HTTP 500',
    'http://localhost:4000/health: HTTP 500, 1 probe',
  ],
  [{ kind: 'command', command: ['check'] }, 'exit 1: tok-s3cret is wrong', 'check: exit 1, 1 probe'],
  [
    { kind: 'grpc', scheme: 'grpc', port: 50051, service: '' },
    'UNAVAILABLE: tok-s3cret is wrong',
    'grpc://localhost:50051: UNAVAILABLE, 1 probe',
  ],
])('%j says what it found without words of the app', (probe, message, said) => {
  expect(lastProbe({ probe }, { message }, counts)).toBe(said)
})
