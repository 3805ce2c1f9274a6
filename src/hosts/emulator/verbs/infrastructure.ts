import { Refusal, text } from '../texts.js'
import { pairs } from '../words.js'
import type { CarryOut } from './index.js'

export const createProject: CarryOut = (host, words) => {
  const [name = ''] = words.operands
  if (name in host.state.projects) throw new Refusal(text.projectExists(name))
  host.state.projects[name] = pairs(words.values('config'))
  return `Project ${name} created\n`
}

export const listProjects: CarryOut = (host) =>
  JSON.stringify(Object.entries(host.state.projects).map(([name, config]) => ({ name, config, description: '' })))

export const deleteProject: CarryOut = (host, words) => {
  const [name = ''] = words.operands
  if (!(name in host.state.projects)) throw new Refusal(text.noProject(name))
  if (Object.values(host.state.instances).some(({ project }) => project === name)) {
    throw new Refusal('Only empty projects can be removed.')
  }
  delete host.state.projects[name]
}

export const createPool: CarryOut = (host, words) => {
  const [name = '', driver = '', ...config] = words.operands
  if (name in host.state.pools) throw new Refusal(text.poolExists)
  host.state.pools[name] = { driver, config: pairs(config) }
  return `Storage pool ${name} created\n`
}

export const listPools: CarryOut = (host) =>
  JSON.stringify(
    Object.entries(host.state.pools).map(([name, { driver, config }]) => ({ name, driver, config, status: 'Created' })),
  )

export const deletePool: CarryOut = (host, words) => {
  const [name = ''] = words.operands
  if (!(name in host.state.pools)) throw new Refusal(text.noPool)
  if (name === 'default') throw new Refusal(text.poolInUse)
  delete host.state.pools[name]
}

export const createNetwork: CarryOut = (host, words) => {
  const [name = '', ...config] = words.operands
  if (name in host.state.networks) throw new Refusal(text.networkExists(name))
  host.state.networks[name] = { type: 'bridge', config: pairs(config) }
  return `Network ${name} created\n`
}

export const listNetworks: CarryOut = (host) =>
  JSON.stringify(
    Object.entries(host.state.networks).map(([name, { type, config }]) => ({ name, type, config, managed: true })),
  )

export const deleteNetwork: CarryOut = (host, words) => {
  const [name = ''] = words.operands
  if (!(name in host.state.networks)) throw new Refusal(text.noNetwork)
  delete host.state.networks[name]
}
