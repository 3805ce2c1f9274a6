import { until } from '../../support/until.js'
import { releaseBehaviour } from './behaviour.js'
import { incus, inside } from './instance.js'

// Debian brings OpenRC as a package, which saves an image of its own for one test.
releaseBehaviour('openrc', 'cul8er/debian', async (name) => {
  await until(() => inside(name, 'apt-get update -qq && echo done'), { timeoutMs: 60_000 })
  await inside(
    name,
    'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openrc >/dev/null 2>&1',
  )
  await inside(name, 'ln -sf /sbin/openrc-init /sbin/init')
  await incus('restart', '-f', name)
})
