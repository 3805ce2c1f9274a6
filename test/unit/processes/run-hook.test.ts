import { describe, expect, it, vi } from 'vitest'
import { runHook } from '../../../src/processes/run-hook.js'
import { Tail } from '../../../src/processes/tail.js'

const run = (
  script: string,
  { timeoutMs = 5_000, signal = new AbortController().signal, says = (_line: string): void => {} } = {},
) =>
  runHook(
    { hook: 'afterDeploy', command: ['sh', '-c', script], timeoutMs, environment: { CUL8ER_KIND: 'deploy' } },
    { signal, says, masked: (text) => text.replaceAll('s3cret', '***') },
  )
const failure = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    () => null,
    (error: unknown) => error,
  )

describe('a hook', { timeout: 20_000 }, () => {
  it.each([
    ['echo one; echo two >&2', ['one', 'two']],
    ['printf "\\033[31mred\\033[0m\\r\\n\\n  last"', ['red', '  last']],
    ['echo a s3cret', ['a ***']],
    ['printf "s3\\033[1;31mcret\\033[0m"', ['***']],
    ['echo "$CUL8ER_KIND $PWD ${CUL8ER_SEAL_KEY-none}"', ['deploy / none']],
    ['true', []],
  ])('that succeeds leaves its last lines: %s', async (script, lines) => {
    vi.stubEnv('CUL8ER_SEAL_KEY', 'x')
    expect(await run(script)).toEqual({ lines })
    vi.unstubAllEnvs()
  })

  it('leaves twenty lines of many, each of 500 characters', async () => {
    const { lines } = await run('i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i + 1)); done')
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([20, 'line 2980', 'line 2999'])
    expect((await run("head -c 2000 /dev/zero | tr '\\0' x")).lines[0]).toHaveLength(500)
  })

  it.each([
    ['echo why; exit 3', {}, 'afterDeploy hook sh failed (exit 3): why'],
    ['echo a s3cret; exit 1', {}, 'afterDeploy hook sh failed (exit 1): a ***'],
    ['exit 1', {}, 'afterDeploy hook sh failed (exit 1)'],
    ['kill -9 $$', {}, 'afterDeploy hook sh was killed by SIGKILL'],
    ['echo waiting; sleep 60', { timeoutMs: 300 }, 'afterDeploy hook sh did not end within 300 ms: waiting'],
  ])('that fails says how: %s', async (script, how, message) =>
    expect(await failure(run(script, how))).toMatchObject({ code: 'HOOK', message, details: { hook: 'afterDeploy' } }),
  )

  it('that is not there says where it is looked for', async () => {
    const absent = runHook(
      { hook: 'beforeDeploy', command: ['/absent/migrate'], timeoutMs: 1_000, environment: {} },
      { signal: new AbortController().signal, says: () => {}, masked: (text) => text },
    )
    expect(await failure(absent)).toMatchObject({
      message: 'beforeDeploy hook /absent/migrate cannot be run (ENOENT)',
      hint: expect.stringContaining('on the machine of the worker') as string,
    })
  })

  it('is ended by the signal, with what it started', async () => {
    const controller = new AbortController()
    const began = Date.now()
    const running = failure(run('sleep 60 & wait', { signal: controller.signal }))
    setTimeout(() => controller.abort(new Error('aborted')), 100)
    expect(await running).toEqual(new Error('aborted'))
    expect(Date.now() - began).toBeLessThan(5_000)
  })

  it('tells its last whole line while it runs', async () => {
    const told: string[] = []
    await run('echo a s3cret; printf half; sleep 0.1', { says: (line) => void told.push(line) })
    expect(told).toEqual(['a ***'])
  })
})

describe('the end of an output', () => {
  const tailOf = (...chunks: string[]): Tail => {
    const tail = new Tail()
    chunks.forEach((chunk) => tail.take(Buffer.from(chunk)))
    return tail
  }
  const LONG = 'x'.repeat(70_000)

  it.each<[string, string[], [whole: string, soFar: string]]>([
    ['nothing', [], ['', '']],
    ['pieces of lines', ['on', 'e\ntw', 'o'], ['one\ntwo', 'one\n']],
    ['a line whose beginning is gone', [`${LONG}\nlast\n`], ['last\n', 'last\n']],
    ['nothing but such a line', [LONG], ['', '']],
    ['a letter in two chunks', ['é'], ['é', '']],
  ])('%s', (_, chunks, [whole, soFar]) => {
    const tail = tailOf(...chunks)
    expect([tail.text({ ended: true }), tail.text({ ended: false })]).toEqual([whole, soFar])
  })
})
