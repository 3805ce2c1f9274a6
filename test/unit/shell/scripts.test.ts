import { spawnSync } from 'node:child_process'
import { describe, expect, it, test } from 'vitest'
import { runScript } from '../../../src/releases/run-script.js'
import * as releases from '../../../src/releases/scripts.js'
import { assignments, exitVariables } from '../../../src/shell/assignments.js'
import * as edge from '../../../src/traffic/haproxy/scripts.js'

const run = runScript({ name: 'app', start: ['bin/app'], stop: null })
const texts = Object.entries({ ...releases, ...edge, run }).filter(
  (entry): entry is [string, string] => typeof entry[1] === 'string',
)
/** What src tells scripts; other variables are their own, or the environment's. */
const TOLD = /\$\{?((?:exit_|cul8er_)\w+|kept_versions|root_path|certificates_map|etc|run)\b/g

describe.each(texts)('%s', (_, text) => {
  it('is shell', () => {
    expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })

  it('is told what it uses', () => {
    for (const [, name] of text.matchAll(TOLD))
      expect(text).toMatch(new RegExp(`(^|[ ;])(${name}=|for ${name} in)`, 'm'))
  })
})

test('a script is told constants as they are', () => {
  const script = assignments({ words: `'it's' "$x"\n`, ...exitVariables({ done: 0, notLoaded: 76 }) })
  const { stdout } = spawnSync('sh', ['-c', `${script}printf '%s|%s|%s' "$words" "$exit_done" "$exit_not_loaded"`])
  expect(String(stdout)).toBe(`'it's' "$x"\n|0|76`)
})
