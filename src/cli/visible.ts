import type { Output } from './output.js'

/**
 * Text with control characters to be seen and not obeyed: apps, hosts and files of others say what they like, and a terminal would
 * clear lines, change its title or put text into the clipboard. Line ends, tabs and colors stay, but for the one that hides text.
 */
export const visible = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    // As JSON writes them, so that an object stays one.
    .replaceAll(OBEYED, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** An output that writes nothing but visible text. */
export const visibly = (output: Output): Output => ({
  get isTTY() {
    return output.isTTY
  },
  get columns() {
    return output.columns
  },
  write: (text) => output.write(visible(text)),
})

// ECMA-48: all of C0, DEL and C1; of sequences only the selection of graphics, whose 8 is concealed text.
const COLOR = String.raw`\[(?!(?:[\d;]*;)?0*8[;m])[\d;]*m`
const OBEYED = new RegExp(String.raw`\x1b(?!${COLOR})|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]`, 'g')
