import { serve } from './daemon.js'

// The emulator's own process: `node main.js FOLDER`. Another one that serves the folder already is as good.
const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: main.js FOLDER')
await serve(folder)
process.exit(0)
