/** How often a worker looks whether its supervisor is still there. */
const LOOK_MS = 500

/**
 * Calls back once when the supervisor that started this process is gone. Does nothing in a process that none started
 * (`CUL8ER_SUPERVISOR_PID` is absent), and never keeps a process alive by itself.
 */
export function watchParent(gone: () => void, env: NodeJS.ProcessEnv = process.env): void {
  const supervisor = Number(env.CUL8ER_SUPERVISOR_PID)
  if (!Number.isInteger(supervisor) || supervisor <= 0) return
  const look = setInterval(() => {
    if (process.ppid === supervisor) return
    clearInterval(look)
    gone()
  }, LOOK_MS)
  look.unref()
}
