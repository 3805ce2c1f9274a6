import { releaseSteps } from '../releases/commands.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { specAt, specOf } from './view.js'

/** Environment, secrets and the release into an instance; the app runs afterwards. */
export const install = stepKind({
  kind: 'install',
  words: ({ at, before }, view) => (specOf(view, at, before).release === null ? 'place secrets' : 'install release'),
  instance: ({ at }) => at.name,
  skip: ({ at, before }, view) => {
    const { release, secrets } = specOf(view, at, before)
    return release === null && secrets.length === 0
  },
  calls: ({ at, fresh, before }, view) => {
    const spec = specOf(view, at, before)
    const what = spec.release === null ? 'secrets' : `${spec.release.name} ${spec.release.version}`
    return [
      {
        activity: 'installRelease',
        input: { ...specAt(view, spec), ...(fresh === true ? { fresh } : {}) },
        pace: 'long',
        summary: `${at.name}: ${what}`,
      },
    ]
  },
  commands: ({ at, fresh = false }, prediction) => {
    const spec = specOf(prediction, at)
    if (install.skip?.({ kind: 'install', at }, prediction)) return []
    return releaseSteps(spec, { fresh }).map((command) => line(spec, 'install release', command))
  },
})
