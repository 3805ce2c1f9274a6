/** Where a command writes. */
export interface Output {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}
