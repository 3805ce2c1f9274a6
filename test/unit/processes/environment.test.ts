import { expect, test } from 'vitest'
import {
  commandEnvironment,
  serverEnvironment,
  serviceEnvironment,
  unitEnvironment,
} from '../../../src/processes/environment.js'

const everywhere = ['PATH', 'HOME', 'LANG']
const server = [...everywhere, 'USER', 'LOGNAME', 'TMPDIR', 'TZ']
const service = [
  ...server,
  ...['XDG_STATE_HOME', 'XDG_CACHE_HOME', 'CUL8ER_HOME', 'CUL8ER_SEAL_KEY', 'CUL8ER_RETENTION', 'CUL8ER_UI_PORT'],
  ...['INCUS_CONF', 'INCUS_DIR', 'INCUS_SOCKET', 'TEMPORAL_CLI', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'],
  'SSH_AUTH_SOCK',
  ...['SSL_CERT_DIR', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
]
const nobody = [
  ...['SHOP_DB_PASSWORD', 'AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'NODE_OPTIONS', 'LD_PRELOAD'],
  ...['TEMPORAL_API_KEY', 'TEMPORAL_ADDRESS', 'BASH_ENV', 'XDGX', 'MY_CUL8ER_X', 'path'],
]
const shell = Object.fromEntries([...service, ...nobody].map((name) => [name, `of ${name}`]))

test.each([
  ['a command of a topology', commandEnvironment, everywhere],
  ['the Temporal server', serverEnvironment, server],
  ['the supervisor and the worker', serviceEnvironment, service],
  ['a unit that starts them', unitEnvironment, service.filter((name) => name !== 'SSH_AUTH_SOCK')],
])('%s gets what it needs, and nothing else of a shell', (_, of, names) => {
  expect(of(shell)).toEqual(Object.fromEntries(names.map((name) => [name, `of ${name}`])))
  expect(of({})).toEqual({})
})
