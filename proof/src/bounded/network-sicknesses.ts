import { pulse } from './pulse.ts'
import type { Sickness } from './sickness.ts'

/** Redis is well, and the way to it is not. */
export const NETWORK: readonly Sickness[] = [
  {
    name: 'refused',
    about: 'the port is closed, connections are reset and refused',
    inflict: ({ link }) => link.refuse(),
    heal: ({ link }) => link.admit(),
    circuit: 'opens',
    invalidations: 'deferred',
    quick: true,
  },
  {
    name: 'slow',
    about: 'every answer takes 400 ms, longer than the deadline',
    inflict: ({ link }) => {
      link.delayMs = 200
    },
    heal: ({ link }) => {
      link.delayMs = 0
    },
    circuit: 'opens',
    invalidations: 'deferred',
  },
  {
    name: 'slowish',
    about: 'every answer takes 60 ms, within the deadline',
    inflict: ({ link }) => {
      link.delayMs = 30
    },
    heal: ({ link }) => {
      link.delayMs = 0
    },
    circuit: 'stays closed',
    invalidations: 'committed',
  },
  {
    name: 'black hole',
    about: 'connections stay open and nothing arrives, either way',
    inflict: ({ link }) => link.hold('commands', 'messages'),
    heal: ({ link }) => link.release(),
    circuit: 'opens',
    invalidations: 'deferred',
    quick: true,
  },
  {
    name: 'black hole for commands',
    about: 'the subscriber hears everything, commands get no answer',
    inflict: ({ link }) => link.hold('commands'),
    heal: ({ link }) => link.release(),
    circuit: 'opens',
    invalidations: 'deferred',
  },
  {
    name: 'black hole for messages',
    about: 'commands are answered, the subscriber hears nothing',
    inflict: ({ link }) => link.hold('messages'),
    heal: ({ link }) => link.release(),
    circuit: 'stays closed',
    invalidations: 'committed',
  },
  {
    name: 'half-open',
    about: 'the far side of every connection is gone without a word; new connections work',
    inflict: ({ link }) => link.loseFarSide(),
    heal: () => {},
    circuit: undefined,
    invalidations: undefined,
  },
  {
    name: 'deaf',
    about: 'connections are reset; new ones are accepted and never answered',
    inflict: ({ link }) => {
      link.deaf = true
      link.cut()
    },
    heal: ({ link }) => {
      link.deaf = false
    },
    circuit: 'opens',
    invalidations: 'deferred',
  },
  {
    name: 'storm',
    about: 'every connection is killed, 40 times a second',
    inflict: scene => pulse.start(scene, 25, () => scene.killConnections()),
    heal: scene => pulse.stop(scene),
    circuit: undefined,
    invalidations: undefined,
    quick: true,
  },
]
