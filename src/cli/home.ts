import type { Context } from './context.js'

/** The home of the service, with its folders made: what is accepted for a host is kept there, where the worker looks. */
export async function madeHome({ terminal }: Pick<Context, 'terminal'>): Promise<string> {
  const { makeFolders, serviceHome, servicePaths } = await import('../service/paths.js')
  const paths = servicePaths(serviceHome(terminal.env))
  makeFolders(paths)
  return paths.home
}
