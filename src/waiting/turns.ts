/** Runs tasks of the same key one after another, whatever becomes of those before; others side by side. */
export function createTurns(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (key, task) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(task, task)
    const over = turn.catch(() => undefined).finally(() => last.get(key) === over && last.delete(key))
    last.set(key, over)
    return turn
  }
}
