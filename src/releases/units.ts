interface Service {
  name: string
  /** Seconds between SIGTERM and SIGKILL. */
  stopSeconds: number
  /** The release brings a stop command. */
  hasStop: boolean
}

/** `/etc/systemd/system/cul8er-NAME.service`. */
export const systemdUnit = ({ name, stopSeconds, hasStop }: Service): string => `# Written by cul8er.
[Unit]
Description=${name}, released by cul8er
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart=/opt/${name}/run journal
${hasStop ? `ExecStop=/opt/${name}/run stop\n` : ''}Restart=always
RestartSec=1
KillMode=mixed
TimeoutStopSec=${stopSeconds}
SuccessExitStatus=143
LimitNOFILE=65536
SyslogIdentifier=${name}

[Install]
WantedBy=multi-user.target
`

/** `/etc/init.d/cul8er-NAME` for OpenRC. */
export const openrcService = ({ name, stopSeconds, hasStop }: Service): string => `#!/sbin/openrc-run
# Written by cul8er.
description="${name}, released by cul8er"
supervisor=supervise-daemon
command=/opt/${name}/run
command_args=file
pidfile=/run/cul8er-${name}.pid
respawn_delay=1
respawn_max=0
retry="TERM/${stopSeconds}/KILL/5"

depend() {
  after net
}

start_pre() {
  rm -f /opt/${name}/.hold
}
${hasStop ? stopPre(name, stopSeconds) : ''}`

// The hold keeps the supervisor's next start waiting while the program stops by its own command.
const stopPre = (name: string, stopSeconds: number): string => `
stop_pre() {
  : >/opt/${name}/.hold
  timeout ${stopSeconds} /opt/${name}/run stop || true
}
`
