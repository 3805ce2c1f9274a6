import { join } from 'node:path'
import { groupsNamed } from './cgroups.js'
import type { LabPlan } from './options.js'

/** Names and places of all that a lab makes. They follow from its name and its network, so that what a dead one left can be found. */
export interface Layout {
  name: string
  /** Everything of the lab that is a file. */
  folder: string
  /** First two numbers of the lab's addresses. */
  net: string
  /** Network namespace of the bridge that all are plugged into: an Incus of this machine shall not take it for a way to the outside. */
  lan: string
  /** This machine's interface there. */
  plug: string
  /** Of this machine in the lab. */
  address: string
  /** nftables table of this machine. */
  table: string
  hosts: HostLayout[]
}

export interface HostLayout {
  name: string
  folder: string
  netns: string
  address: string
  /** First three numbers of its instances' addresses. */
  subnet: string
  /** Its folder in each hierarchy of cgroups. */
  groups: string[]
}

/** Where labs keep what they are, a folder each. */
export const LABS = '/tmp/cul8er-labs'

export function layoutOf({ name, hosts }: Pick<LabPlan, 'name' | 'hosts'>, net: string): Layout {
  const folder = join(LABS, name)
  return {
    name,
    folder,
    net,
    lan: `lab-${name}-lan`,
    plug: `lb-${name}`,
    address: `${net}.0.1`,
    table: `lab_${name}`,
    hosts: Array.from({ length: hosts }, (_, i) => ({
      name: `h${i + 1}`,
      folder: join(folder, `h${i + 1}`),
      netns: `lab-${name}-h${i + 1}`,
      address: `${net}.0.${i + 11}`,
      subnet: `${net}.${i + 1}`,
      groups: groupsNamed(`lab-${name}-h${i + 1}`),
    })),
  }
}
