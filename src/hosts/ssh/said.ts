/** Characters; OpenSSH's own texts have fewer. */
const MOST = 500

/** What a server says, for a message: errors are kept in histories and ledgers, and it may say as much as fits into a packet, as often as it is asked. */
export const said = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text)
