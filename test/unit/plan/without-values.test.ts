import { expect, it } from 'vitest'
import { withoutValues } from '../../../src/plan/without-values.js'

it.each([
  ['environment.TOKEN is "hunter2", should be unset', 'environment.TOKEN differs'],
  ['environment.A is "x (the instance restarts)", should be "b"', 'environment.A differs'],
  [
    'cloud-init.user-data is "#cloud-config\npassword: x", should be unset (the instance restarts)',
    'cloud-init.user-data differs (the instance restarts)',
  ],
  ['limits.memory is "1GiB", should be "2GiB"', 'limits.memory is "1GiB", should be "2GiB"'],
  ['missing', 'missing'],
])('%s', (reason, told) => expect(withoutValues(reason)).toBe(told))
