/** The last lines that fit, and how many before them do not. */
export function lastLines(
  lines: readonly string[],
  {
    most = Number.POSITIVE_INFINITY,
    bytes,
    sizeOf,
  }: { most?: number; bytes: number; sizeOf: (line: string) => number },
): { lines: string[]; cut: number } {
  let room = bytes
  let first = lines.length
  while (first > Math.max(0, lines.length - most)) {
    room -= sizeOf(lines[first - 1] ?? '')
    if (room < 0) break
    first -= 1
  }
  return { lines: lines.slice(first), cut: first }
}

/** Bytes of a line in a file. */
export const inFile = (line: string): number => Buffer.byteLength(line) + 1

/** Bytes of a line in a payload. */
export const inJson = (line: string): number => Buffer.byteLength(JSON.stringify(line)) + 1
