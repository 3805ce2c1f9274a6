import colours from 'picocolors'

export const title = (text) => console.log(colours.bold(text))
export const heading = (text) => console.log(`\n${colours.bold(`== ${text}`)}`)
export const command = (text) => console.log(colours.dim(`$ ${text}`))
export const tell = (text) => console.log(text)
