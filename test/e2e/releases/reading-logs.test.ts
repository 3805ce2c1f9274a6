import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLocalExecutor } from '../../../src/hosts/local.js'
import type { InstanceSpec } from '../../../src/plan/model.js'
import { logsFromCommand, logsPreviousCommand, restartCommand } from '../../../src/releases/commands.js'
import { installRelease } from '../../../src/releases/install-release.js'
import { LogReading } from '../../../src/releases/log-reading.js'
import { until } from '../../support/until.js'
import { incus, inside, instanceSpec, launch, tarball } from './instance.js'

/* A log that is read again and again while an app writes it: each line comes once, in order. */

const PROGRAM = `#!/bin/sh
trap 'exit 0' TERM
echo $$ >/tmp/pid
i=0
while :; do
  while [ -e /tmp/hold ]; do sleep 0.05; done
  i=$((i + 1))
  echo "number $i"
  sleep 0.02
done
`

describe.each([
  ['busybox', 'cul8er/tiny'],
  ['systemd', 'cul8er/debian'],
])('under %s', (init, image) => {
  const executor = createLocalExecutor({ host: 'localhost' })
  let spec: InstanceSpec
  beforeAll(async () => {
    const name = await launch(`rl-${init}`, image)
    const { path, artifact } = await tarball({ 'bin/demo': PROGRAM })
    const release = { name: 'demo', version: '1.0.0', artifact, start: null, stop: null }
    spec = instanceSpec(name, { image, release })
    expect((await read(null, 5)).lines).toEqual([])
    await installRelease(executor, spec, { artifactPath: path, secrets: new Map(), stopSeconds: 5 })
  }, 120_000)
  afterAll(async () => {
    await incus('delete', '-f', spec.name)
  })

  async function read(from: string | null, lines: number) {
    const reading = new LogReading(from, { bytes: 200_000, wholeLines: true })
    await executor.run(logsFromCommand(spec, { lines, from }), { onStdout: reading.take })
    return reading.end()
  }
  const numbers = (lines: string[]): number[] =>
    lines.flatMap((line) => /number (\d+)$/.exec(line)?.slice(1).map(Number) ?? [])

  it('gives the last lines, then each that comes, once', async () => {
    await until(async () => numbers((await read(null, 20)).lines).length === 20)
    const first = await read(null, 5)
    const seen = numbers(first.lines)
    let { position } = first
    // A file may have grown while it was read.
    expect(seen.length).toBeGreaterThanOrEqual(5)
    expect(seen.length).toBeLessThan(15)
    for (let i = 0; i < 25; i += 1) {
      // In the middle the log is begun anew, as its keeper does it, with lines in it that nobody has read.
      if (i === 12 && init === 'busybox') {
        await inside(spec.name, 'touch /tmp/hold; sleep 0.3; cd /var/log/cul8er; cp demo.log demo.log.1; : >demo.log')
        await inside(spec.name, 'rm /tmp/hold')
      }
      const more = await read(position, 5)
      seen.push(...numbers(more.lines))
      position = more.position
      await sleep(50)
    }
    expect(seen.length).toBeGreaterThan(40)
    expect(seen).toEqual(seen.map((_, i) => seen[0]! + i))
  }, 60_000)

  it('gives the lines that came before the first position, where the log was empty then', async () => {
    const everything = await read(init === 'busybox' ? 'file:0' : 'journal:', 5)
    expect(numbers(everything.lines).length).toBeGreaterThan(5)
  })

  it('gives what was written since a time', async () => {
    const since = async (ago: number): Promise<number[]> => {
      const reading = new LogReading(null, { bytes: 200_000, wholeLines: true })
      const from = Math.floor(Date.now() / 1000) - ago
      await executor.run(logsFromCommand(spec, { lines: 50, since: from }), { onStdout: reading.take })
      return numbers(reading.end().lines)
    }
    // A line that comes while they are read comes with them.
    const lastHour = (await since(3_600)).length
    expect(lastHour).toBeGreaterThanOrEqual(50)
    expect(lastHour).toBeLessThan(55)
    await inside(spec.name, 'touch /tmp/hold')
    await sleep(3_500)
    expect(await since(1)).toEqual([])
    await inside(spec.name, 'rm /tmp/hold')
    await until(async () => (await since(1)).length > 0)
  }, 30_000)

  it('gives the previous run, also when the log was begun anew since', async () => {
    const previous = async (lines = 10_000): Promise<number[]> => {
      const reading = new LogReading(null, { bytes: 200_000, wholeLines: true })
      await executor.run(logsPreviousCommand(spec, { lines }), { onStdout: reading.take })
      return numbers(reading.end().lines)
    }
    const last = async (): Promise<number> => numbers((await read(null, 1)).lines).at(-1) ?? 0
    const before = await last()
    await executor.run(restartCommand(spec))
    await until(async () => (await last()) < before)
    const first = await previous()
    expect(first.length).toBeGreaterThan(50)
    expect(first).toEqual(first.map((_, i) => first[0]! + i))
    expect(await previous(3)).toEqual(first.slice(-3))
    // The program ends by itself and is started again.
    await inside(spec.name, 'touch /tmp/hold; sleep 0.3')
    const ended = await last()
    await inside(spec.name, 'kill $(cat /tmp/pid); rm /tmp/hold')
    await until(async () => (await previous()).at(-1) === ended)
    expect((await previous())[0]).toBe(1)
    if (init !== 'busybox') return
    const begunAnew = 'cd /var/log/cul8er; cp demo.log demo.log.1; : >demo.log; mv demo.log.starts demo.log.starts.1'
    await inside(spec.name, begunAnew)
    expect((await previous()).at(-1)).toBe(ended)
  }, 60_000)

  it('gives nothing when nothing came', async () => {
    await inside(spec.name, 'touch /tmp/hold; sleep 0.5')
    const last = await read(null, 3)
    expect(numbers(last.lines)).toHaveLength(3)
    expect(await read(last.position, 3)).toEqual({ lines: [], position: last.position, cut: 0, rotated: false })
  })
})
