import { change, cut, type Direction, halfClose, type Link, type Links } from '../link.ts'
import { all, type Fault, type Harm, pick, type Scene } from './fault.ts'

type Which = 'data' | 'bus'

/** One time in three it concerns all instances, otherwise one. */
function concerned({ links, random }: Scene): {
  readonly links: readonly Links[]
  readonly instance?: number
} {
  if (random() < 1 / 3) return { links }
  const instance = Math.floor(random() * links.length)
  return { links: links.slice(instance, instance + 1), instance }
}

/** A toxic on both directions of some links. */
function toxic(which: readonly Which[], toxics: Partial<Direction>): (scene: Scene) => Harm {
  return scene => {
    const { links, ...whom } = concerned(scene)
    const undo = links.flatMap(one => which.map(name => change(one[name], toxics)))
    return { ...whom, heal: all(undo) }
  }
}

/** Requests arrive and are carried out; the answers are lost, and then the connection is. */
function losesReplies(link: Link): () => void {
  const undo = change(link, { silent: true }, ['down'])
  return () => {
    cut(link)
    undo()
  }
}

/** A balancer gives the client up, and passes on what it had sent only later: by then it is connected anew, and has made good. */
function deliversLate(link: Link): () => void {
  const undo = change(link, { delayMs: 600 }, ['up'])
  return () => {
    undo()
    halfClose(link, 'client')
  }
}

/** Whatever a network does, to the commands, to the messages, or to both, of one instance or of all. */
export const linkFaults: readonly Fault[] = [
  {
    name: 'messages in a black hole',
    kind: 'link',
    on: ['standalone', 'sentinel', 'cluster', 'acl'],
    lastsMs: [1500, 1500],
    begin: toxic(['bus'], { silent: true }),
  },
  {
    name: 'messages late',
    kind: 'link',
    on: ['standalone', 'sentinel', 'cluster', 'acl'],
    lastsMs: [600, 1200],
    begin: toxic(['bus'], { delayMs: 400 }),
  },
  {
    name: 'commands in a black hole',
    kind: 'link',
    lastsMs: [300, 1400],
    begin: toxic(['data'], { silent: true }),
  },
  {
    name: 'executed, not acknowledged',
    kind: 'link',
    lastsMs: [100, 400],
    begin: scene => {
      const { links, ...whom } = concerned(scene)
      return { ...whom, heal: all(links.map(({ data }) => losesReplies(data))) }
    },
  },
  {
    name: 'sent, given up, and delivered late',
    kind: 'link',
    lastsMs: [100, 300],
    begin: scene => {
      const { links, ...whom } = concerned(scene)
      return { ...whom, heal: all(links.map(({ data }) => deliversLate(data))) }
    },
  },
  {
    name: 'latency of 40 ms',
    kind: 'link',
    lastsMs: [500, 1000],
    begin: toxic(['data', 'bus'], { delayMs: 40 }),
  },
  {
    name: 'bandwidth of 10 kB/s',
    kind: 'link',
    lastsMs: [500, 1000],
    begin: toxic(['data', 'bus'], { bytesPerSecond: 10_000 }),
  },
  { name: 'byte by byte', kind: 'link', lastsMs: [300, 700], begin: toxic(['data', 'bus'], { pieces: 1 }) },
  {
    name: 'half-closed connections',
    kind: 'link',
    lastsMs: [50, 300],
    begin: scene => {
      const { links, ...whom } = concerned(scene)
      const side = pick(['client', 'server'] as const, scene.random)
      for (const { data, bus } of links) for (const link of [data, bus]) halfClose(link, side)
      return { ...whom, heal: () => {} }
    },
  },
  {
    name: 'asymmetric partition',
    kind: 'link',
    lastsMs: [400, 1400],
    begin: ({ links, random }) => {
      const instance = Math.floor(random() * links.length)
      const own = pick(links.slice(instance, instance + 1), random)
      const direction = pick(['up', 'down'] as const, random)
      return {
        instance,
        heal: all([own.data, own.bus].map(link => change(link, { silent: true }, [direction]))),
      }
    },
  },
  {
    name: 'connections cut',
    kind: 'link',
    lastsMs: [0, 50],
    begin: scene => {
      const { links, ...whom } = concerned(scene)
      for (const { data, bus } of links) for (const link of [data, bus]) cut(link)
      return { ...whom, heal: () => {} }
    },
  },
]
