import picocolors from 'picocolors'

// By default CI=true means colour, terminal or not.
const colours = picocolors.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR)

export const title = (text) => console.log(colours.bold(text))
export const heading = (text) => console.log(`\n${colours.bold(`== ${text}`)}`)
export const command = (text) => console.log(colours.dim(`$ ${text}`))
export const tell = (text) => console.log(text)
