import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { Cul8erError } from '../../errors.js'
import { recipeNames } from '../../images/recipes.js'
import { distFolder } from '../../service/build-stamp.js'
import { setupScript } from '../../service/setup-script.js'

const root = join(distFolder, '..')

/** The version that a build would have now, or null where there is no such recipe. */
export async function versionNow(name: string): Promise<string | null> {
  if (!(await recipeNames()).includes(name)) return null
  const { stdout } = await execa(join(root, 'images', 'build'), [name, '--hash'], { stdin: 'ignore', timeout: 30_000 })
  return stdout
}

/**
 * Builds images and what is below them anew, and imports them on this machine under their aliases.
 * @throws Cul8erError PERMISSION without root, INCUS when a build or an import fails; the last line says why
 */
export async function rebuild(names: readonly string[], say: (line: string) => void): Promise<void> {
  const script = setupScript('images')
  const running = execa(script, ['--anew', ...names], {
    stdin: 'ignore',
    stdout: 'ignore',
    reject: false,
    buffer: false,
  })
  let last = ''
  for await (const line of createInterface({ input: running.stderr })) {
    last = line.replace(/^cul8er: /, '')
    say(last)
  }
  if ((await running).exitCode === 0) return
  if (last.includes('needs root')) {
    throw new Cul8erError('PERMISSION', 'building images needs root', { hint: last.replace(/^.*Run: /, 'run: ') })
  }
  throw new Cul8erError('INCUS', `the images were not refreshed: ${last}`, {
    hint: 'the images imported before are still in place; see the lines above',
  })
}
