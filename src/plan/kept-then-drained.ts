/** How data leaves a host that is not to have it any more, in words. */
export const keptThenDrained = (host: string): string =>
  `keep ${host} in \`on\` beside the new host and deploy, then cul8er hosts drain ${host} moves the data; or use --force to begin without it`
