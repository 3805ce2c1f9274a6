import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { Context } from '../../../src/cli/context.js'
import { Live } from '../../../src/cli/live.js'
import { visible } from '../../../src/cli/visible.js'

/* What an app writes into its log, or a host into an error, reaches the terminal of whoever looks at it. */

it.each([
  ['a title', 'x\x1b]0;pwned\x07y', String.raw`x\u001b]0;pwned\u0007y`],
  ['the clipboard', '\x1b]52;c;cm0=\x1b\\', '\\u001b]52;c;cm0=\\u001b\\'],
  ['lines above', '\x1b[3A\x1b[J✔ succeeded', String.raw`\u001b[3A\u001b[J✔ succeeded`],
  ['the line itself', '✘ failed\r✔ succeeded', String.raw`✘ failed\u000d✔ succeeded`],
  ['eight bits', 'a\u009b2Jb\x7f', String.raw`a\u009b2Jb\u007f`],
  ['hidden text', '\x1b[8mhidden \x1b[1;8mtoo', String.raw`\u001b[8mhidden \u001b[1;8mtoo`],
  ['colors, tabs and ends of lines', '\x1b[1;31mred\x1b[39m\tä\r\n✔', '\x1b[1;31mred\x1b[39m\tä\n✔'],
])('%s', (_what, text, expected) => expect(visible(text)).toBe(expected))

it('everything that a command writes', () => {
  let written = ''
  const output = { isTTY: true, columns: 80, write: (text: string) => (written += text) }
  const terminal = { env: {}, cwd: '/', interactive: true, stdout: output, stderr: output, stdin: Readable.from([]) }
  const context = new Context(terminal, {})
  context.say('\x1b]0;a\x07')
  context.answer({}, '\x1b]0;b\x07')
  context.terminal.stderr.write('\x1b]0;c\x07')
  new Live(context.screen).draw(['\x1b]0;d\x07'])
  for (const control of ['\x1b', '\x07']) expect(written).not.toContain(control)
  written = ''
  new Context(terminal, { json: true }).answer({ line: '\u009b2J' }, '')
  expect(written).not.toContain('\u009b')
  expect(JSON.parse(written)).toEqual({ line: '\u009b2J' })
})
