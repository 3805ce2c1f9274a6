import { releaseBehaviour } from './behaviour.js'

releaseBehaviour('busybox', 'cul8er/tiny')
