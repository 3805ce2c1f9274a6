import { afterEach } from 'vitest'

let shown: string[] = []

/**
 * Keeps what a test will be asked for when it fails, such as why an operation did not succeed: `toMatchObject` prints only what
 * it compares. The last few are printed, with a failed test alone.
 */
export function showOnFailure(text: string): void {
  shown = [...shown.slice(-2), text.slice(0, 4000)]
}

afterEach(({ task }) => {
  if (task.result?.state === 'fail' && shown.length > 0) console.log(`before it failed:\n${shown.join('\n')}`)
  shown = []
})
