import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Gives out API keys (signed tokens) and publishes the key that a Temporal server checks them with. */
export class ApiKeys {
  private readonly pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  private server: Server | null = null

  /** @returns where the server reads the public key */
  async publish(): Promise<string> {
    const key = { ...this.pair.publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }
    this.server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key] }))
    }).listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keys`
  }

  /** A key that may do these things, each `NAMESPACE:ROLE`. */
  key(...permissions: string[]): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const expires = Math.floor(Date.now() / 1000) + 24 * 3600
    const text = `${part({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })}.${part({ sub: 'test', exp: expires, permissions })}`
    return `${text}.${createSign('RSA-SHA256').update(text).sign(this.pair.privateKey, 'base64url')}`
  }

  close(): void {
    this.server?.close()
  }
}

const KEY_ID = 'test'
