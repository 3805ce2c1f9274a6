/** Where root finds programs in an instance, whatever a release or the caller has in its environment: only root writes there. */
export const ROOT_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

/** Where a release finds programs, unless its environment says otherwise. */
export const APP_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
