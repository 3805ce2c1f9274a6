/** What runs on a host. */
export type Platform = 'arch_linux' | 'debian' | 'ubuntu' | 'icusos' | 'emulated'
