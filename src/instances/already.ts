import { isCode } from '../errors.js'

/** Runs what may be done already. */
export async function already(code: 'ALREADY_EXISTS' | 'NOT_FOUND', run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isCode(error, code)) throw error
  }
}
