import * as z from 'zod'

// A command checks one file and ends: compiling a schema takes longer than what it spares.
z.config({ jitless: true })
