import { parseEnvFile } from './env-file.js'

/** Environment and secrets of what encodeConfiguration made, for who plays an instance. */
export function decodeConfiguration(input: Uint8Array): {
  environment: Record<string, string>
  secrets: Record<string, string>
} {
  const lines = new TextDecoder().decode(input).trimEnd().split('\n')
  const entries = lines.map((text) => text.split(' ') as [string, string, string?])
  const clear = ([, , data = '']: [string, string, string?]): string => Buffer.from(data, 'base64').toString()
  return {
    environment: Object.assign(
      {},
      ...entries.filter(([kind]) => kind === 'env').map((e) => parseEnvFile(clear(e))),
    ) as Record<string, string>,
    secrets: Object.fromEntries(entries.filter(([kind]) => kind === 'secret').map((e) => [e[1], clear(e)])),
  }
}
