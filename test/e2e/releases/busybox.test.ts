import { releaseBehaviour } from './behaviour.js'

releaseBehaviour('cul8er/tiny', 'rt-busybox')
