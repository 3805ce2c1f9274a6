import { expect, it } from 'vitest'
import { certificateChanges, certificateName, isCertificateName } from '../../../../src/traffic/haproxy/certificates.js'
import { mapKey } from '../../../../src/traffic/haproxy/routes-map.js'

it.each([
  ['as it is', { 'tls-443.pem': 'one' }, { 'tls-443.pem': 'one' }, []],
  ['another', { 'tls-443.pem': 'one' }, { 'tls-443.pem': 'two' }, ['certificate tls-443.pem two']],
  [
    'one of several',
    { 'tls-443.pem': 'one', 'tls-443-a.test.pem': 'two' },
    { 'tls-443.pem': 'one', 'tls-443-a.test.pem': 'self-signed-a.test' },
    ['certificate tls-443-a.test.pem self-signed-a.test'],
  ],
  // A load has taken them out.
  ['fewer', { 'tls-443.pem': 'one', 'tls-444.pem': 'two' }, { 'tls-443.pem': 'one' }, []],
])('the commands for %s', (_what, now, desired, expected) => {
  expect(certificateChanges(now, desired)).toEqual(expected)
})

it.each([null, 'A.test', 'tls-1'])('names are told apart from routes: %s', (host) => {
  expect(isCertificateName(certificateName({ as: 443, host }))).toBe(true)
  expect(isCertificateName(mapKey(443, host))).toBe(false)
})
