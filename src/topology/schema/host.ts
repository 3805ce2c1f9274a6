import * as z from 'zod'
import { EDGES } from '../../traffic/balancers.js'
import { ADDRESSES } from '../hosts.js'
import { secretValue } from './secret.js'
import { hostPlacement } from './placement.js'
import { section, text, word } from './words.js'

/** A host; `check/hosts.ts` judges its address. */
export const host = section({
  address: word(ADDRESSES, 253).describe(
    '`localhost`, `user@host[:port]` over SSH, or `https://host:8443`, an Incus remote. A bare name or address means SSH, with `incusos` `https://NAME:8443`. Any word when `platform` is `emulated`',
  ),
  platform: z
    .enum(['arch_linux', 'debian', 'ubuntu', 'incusos', 'icusos', 'emulated'])
    .describe(
      'What runs there; `icusos` is another spelling of `incusos`. `emulated` is a host in memory, for a first look and for tests',
    ),
  credentials: section({
    ssh: section({
      key: text('the path of a private key')
        .optional()
        .describe(
          'Private key file, on the machine of the worker; what `~/.ssh/config` says, the agent and the usual keys when absent',
        ),
      passphrase: secretValue
        .optional()
        .describe(
          'Passphrase of the key, as a secret from a file or a command, which the worker resolves when it logs in. The agent may hold the key instead',
        ),
    })
      .optional()
      .describe('How to log in over SSH'),
  })
    .optional()
    .describe('How to get in'),
  edge: EDGES.written()
    .optional()
    .meta({
      defaultText: `\`${EDGES.usual}\``,
      description: `The balancer in front of its instances. ${EDGES.summary}. An emulated host has one of its own`,
    }),
  ...hostPlacement,
}).describe('A machine that runs Incus')
