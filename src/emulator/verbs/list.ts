import type { InstanceState } from '../model.js'
import { renderInstance } from '../render.js'
import type { CarryOut } from './carry-out.js'

export const list: CarryOut = (host, words) =>
  JSON.stringify(
    Object.values(host.state.instances)
      .filter((instance) => words.has('all-projects') || instance.project === words.project)
      .filter((instance) => words.operands.every((filter) => fits(instance, filter)))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((instance) => renderInstance(instance, host.address(instance))),
  )

export const consoleLog: CarryOut = (host, words) => {
  host.find(words.operands[0] ?? '', words.project)
  return '\nConsole log:\n\n'
}

function fits(instance: InstanceState, filter: string): boolean {
  const [key = '', value] = filter.split('=')
  if (value === undefined) return new RegExp(`^${filter}`).test(instance.name)
  if (key === 'name') return new RegExp(`^${value}$`).test(instance.name)
  if (key === 'status') return instance.status.toLowerCase() === value.toLowerCase()
  return instance.config[key] === value
}
