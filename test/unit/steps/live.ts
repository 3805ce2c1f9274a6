import type { LiveInstance } from '../../../src/plan/planned-change.js'

/** An instance that is there, in few words; `web-2` is the second of `web`. */
export const live = (name: string, over: Partial<LiveInstance> = {}): LiveInstance => ({
  name,
  resource: name.split('-')[0] ?? '',
  index: Number(name.split('-')[1]) || null,
  color: '',
  host: 'one',
  address: '10.0.0.1',
  role: 'live',
  revision: 1,
  digest: 'd',
  ...over,
})
