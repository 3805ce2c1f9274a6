import picocolors from 'picocolors'

// By default CI=true means color, terminal or not.
const colors = picocolors.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR)

export const title = (text) => console.log(colors.bold(text))
export const heading = (text) => console.log(`\n${colors.bold(`== ${text}`)}`)
export const command = (text) => console.log(colors.dim(`$ ${text}`))
export const tell = (text) => console.log(text)
