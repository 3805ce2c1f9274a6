import { expect, it } from 'vitest'
import { openedCertificate } from '../../../activities/certificates.js'
import { maskedText } from '../../../activities/secrets.js'
import { seal } from '../../../src/secrets/seal.js'
import { makeCertificate } from '../../support/certificates.js'

it('a key that was opened is masked from then on', async () => {
  const { cert, key } = makeCertificate()
  const sealKey = new Uint8Array(32).fill(7)
  const sealed = seal(cert + key, sealKey, 'shop/web/certificate of web/443')
  const route = { as: 443, host: null, resource: 'web', sealed }
  const opened = await openedCertificate(route, 'shop', { sealKey: new Uint8Array(32), formerKeys: [sealKey] })
  expect(opened).toEqual({ certPem: cert, keyPem: key })
  const [, line = ''] = key.split('\n')
  expect(maskedText(`refused: ${line}`)).toBe('refused: ***')
  expect(maskedText(JSON.stringify({ key }))).not.toContain(line)
  expect(maskedText(cert)).toBe(cert)
})
