import { isAbsolute, join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { createRemoteStore } from './remote-store.js'
import { createArtifactStore, type ArtifactStore } from './store.js'
import { artifactTokens, type TokenSource } from './token.js'

/**
 * Where a worker has artifacts from: what CUL8ER_ARTIFACTS names, which is another worker's store by its address, or a folder that is
 * shared; without it the folder of its home.
 * @throws Cul8erError USAGE for what is neither, or as the token is refused
 */
export async function artifactStore(options: { home: string } & TokenSource): Promise<ArtifactStore> {
  const { home, env } = options
  const { CUL8ER_ARTIFACTS: named } = env
  const own = join(home, 'artifacts')
  if (!named) return createArtifactStore(own)
  if (isAbsolute(named)) return createArtifactStore(named)
  const url = readUrl(named)
  const [token] = await artifactTokens(options)
  return createRemoteStore(own, { url, token })
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return url
  throw new Cul8erError('USAGE', `CUL8ER_ARTIFACTS is ${JSON.stringify(text)}; expected an address or a folder`, {
    hint: 'such as https://cul8er.example.com:8235, or /mnt/cul8er/artifacts',
  })
}
