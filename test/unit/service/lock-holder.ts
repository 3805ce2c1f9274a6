import { takeLock } from '../../../src/service/lock.js'

/* A process that asks for the lock of the folder in its argument, says what it got, and holds it until it is killed. */
const holder = takeLock(process.argv[2] ?? '', 'test')
process.stdout.write(holder === null ? 'taken\n' : 'refused\n')
if (holder === null) setInterval(() => undefined, 1_000)
