import { z } from 'zod'
import { ADDRESSES } from '../hosts.js'
import { section, text, word } from './words.js'

/** A host; `check/hosts.ts` judges its address. */
export const host = section({
  address: word(ADDRESSES, 253).describe(
    '`localhost`, `user@host[:port]` over SSH, or `https://host:8443`, an Incus remote. Any word when `platform` is `emulated`',
  ),
  platform: z
    .enum(['arch_linux', 'debian', 'ubuntu', 'icusos', 'emulated'])
    .describe('What runs there. `emulated` is a host in memory, for a first look and for tests'),
  credentials: section({
    ssh: section({
      key: text('the path of a private key')
        .optional()
        .describe('Private key file; the agent and the usual keys when absent'),
    })
      .optional()
      .describe('How to log in over SSH'),
  })
    .optional()
    .describe('How to get in'),
}).describe('A machine that runs Incus')
