// download-temporal.mjs VERSION FOLDER: lets the SDK fetch the Temporal CLI into FOLDER and prints its path.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const [version, folder] = process.argv.slice(2)

// The SDK has no limit of time for this; where the address is out of reach it would hang or retry.
const reply = await fetch(`https://temporal.download/cli/archive/v${version}?platform=linux&arch=amd64`, {
  method: 'HEAD',
  signal: AbortSignal.timeout(5_000),
}).catch((error) => fail(`temporal.download is out of reach (${error.cause?.code ?? error.message})`))
if (!reply.ok) fail(`temporal.download answers ${reply.status}`)

setTimeout(() => fail('temporal.download takes longer than three minutes'), 180_000).unref()
const { TestWorkflowEnvironment } = await import('@temporalio/testing')
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', version: `v${version}`, downloadDir: folder } },
})
await environment.teardown()
const file = readdirSync(folder).find((name) => name.startsWith('temporal'))
if (file === undefined) fail('the SDK left no binary')
console.log(join(folder, file))

function fail(why) {
  console.error(why)
  process.exit(1)
}
