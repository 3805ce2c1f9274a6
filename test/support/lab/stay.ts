import { Lab } from './lab.js'

/*
 * stay.ts [NAME [HOSTS [STORAGE]]]: a lab for as long as this runs, for looking around by hand.
 *
 *     npx jiti test/support/lab/stay.ts
 */

const [name = 'hand', hosts = '3', storage = 'dir'] = process.argv.slice(2)
const lab = await Lab.up({ name, hosts: Number(hosts), storage: storage === 'btrfs' ? 'btrfs' : 'dir' })
for (const { address, key } of lab.hosts)
  console.log(`ssh -i ${key} -o UserKnownHostsFile=${lab.knownHostsFile} root@${address}`)
console.log('Ctrl-C ends it')
// A handler of signals alone keeps no process.
const staying = setInterval(() => {}, 1 << 30)
await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
clearInterval(staying)
await lab.down()
