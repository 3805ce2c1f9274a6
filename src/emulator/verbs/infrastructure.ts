import { Refusal, text } from '../texts.js'
import { pairs } from '../words.js'
import type { CarryOut } from './carry-out.js'

export const createProject: CarryOut = (host, words) => {
  const [name = ''] = words.operands
  if (name in host.state.projects) throw new Refusal(text.projectExists(name))
  host.state.projects[name] = pairs(words.values('config'))
  return `Project ${name} created\n`
}

export const deleteProject: CarryOut = (host, words) => {
  const [name = ''] = words.operands
  if (!(name in host.state.projects)) throw new Refusal(text.noProject(name))
  if (Object.values(host.state.instances).some(({ project }) => project === name)) {
    throw new Refusal('Only empty projects can be removed.')
  }
  delete host.state.projects[name]
}

export const listPools: CarryOut = (host) =>
  JSON.stringify(
    Object.entries(host.state.pools).map(([name, { driver, config }]) => ({ name, driver, config, status: 'Created' })),
  )
