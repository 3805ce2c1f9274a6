import { releaseBehaviour } from './behaviour.js'

releaseBehaviour('systemd', 'cul8er/debian')
