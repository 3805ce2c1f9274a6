import { connect } from 'node:net'

/*
 * A process of its own, so that it can run where a benchmark puts it: asks an address for / over so many kept connections for so long,
 * each as soon as it has its answer, and prints how many were answered. It reads no more of an answer than its length, which must be the
 * same each time, so that it costs little beside what it measures.
 */
const [address = '', port = '', connections = '', forMs = ''] = process.argv.slice(2)
const request = Buffer.from(`GET / HTTP/1.1\r\nHost: ${address}\r\n\r\n`)
let answered = 0

function fail(message: string): void {
  console.error(`${address}:${port}: ${message}`)
  process.exit(1)
}

function ask(): void {
  const socket = connect(Number(port), address)
  let [length, got] = [0, 0]
  socket.setNoDelay(true)
  socket.once('connect', () => socket.write(request))
  socket.once('error', (error) => fail(error.message))
  socket.once('close', () => fail('closed a connection'))
  socket.on('data', (data) => {
    if (length === 0) length = lengthOf(data)
    got += data.length
    if (got < length) return
    if (got > length) fail(`answers ${got} bytes instead of ${length}`)
    got = 0
    answered += 1
    socket.write(request)
  })
}

/** Of the whole answer, whose head must be in the first piece. */
function lengthOf(first: Buffer): number {
  const head = first.indexOf('\r\n\r\n') + 4
  const body = /content-length: (\d+)/i.exec(first.toString('latin1', 0, head))?.[1]
  if (!first.toString('latin1', 0, 12).endsWith(' 200') || body === undefined)
    fail(`answers ${first.toString('latin1', 0, head)}`)
  return head + Number(body)
}

for (let i = 0; i < Number(connections); i += 1) ask()
setTimeout(() => {
  console.log(answered)
  process.exit(0)
}, Number(forMs))
