import { describe, expect, it } from 'vitest'
import { PidReader } from '../../../../src/hosts/ssh/remote-line.js'

function read(...chunks: string[]): { pid: number | null; rest: string } {
  const rest: Uint8Array[] = []
  const reader = new PidReader((chunk) => rest.push(chunk))
  for (const chunk of chunks) reader.take(Buffer.from(chunk))
  reader.end()
  return { pid: reader.pid, rest: Buffer.concat(rest).toString() }
}

describe('the process ID in standard error', () => {
  it.each([
    [['cul8er-pid 42\n'], 42, ''],
    [['cul8er-pid 42\nError: x\n'], 42, 'Error: x\n'],
    [['cul8er-', 'pid 4', '2\nErr', 'or'], 42, 'Error'],
    [['a greeting: ö\ncul8er-pid 42\nafter ö'], 42, 'after ö'],
    [['sh: exec: not found\n'], null, 'sh: exec: not found\n'],
    [['cul8er-pid 42\n', 'cul8er-pid 43\n'], 42, 'cul8er-pid 43\n'],
    [[], null, ''],
  ])('%j', (chunks, pid, rest) => expect(read(...chunks)).toEqual({ pid, rest }))

  it('is not waited for without end', () =>
    expect(read('x'.repeat(70_000), 'cul8er-pid 1\n')).toEqual({
      pid: null,
      rest: `${'x'.repeat(70_000)}cul8er-pid 1\n`,
    }))
})
