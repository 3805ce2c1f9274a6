import type { IncusCommand } from '../incus/command.js'

/**
 * What a command reads as a path of Incus's REST API, so that no process is needed for it; null: it has to be run. The answer is the
 * one that the client prints as JSON.
 */
export function restPath({ args: [verb, ...words], stdin }: IncusCommand): string | null {
  if (stdin !== undefined) return null
  if (verb === 'query') {
    const [path = '', ...more] = words
    return path.startsWith('/1.0') && more.length === 0 ? path : null
  }
  if (verb !== 'list' || words[0] !== '--format=json') return null
  const parameters = words.slice(1).map(parameterOf)
  return parameters.includes(null) ? null : ['/1.0/instances?recursion=2', ...parameters].join('&')
}

function parameterOf(word: string): string | null {
  if (word === '--all-projects') return 'all-projects=true'
  const [, project] = /^--project=(.+)$/.exec(word) ?? []
  return project === undefined ? null : `project=${encodeURIComponent(project)}`
}
