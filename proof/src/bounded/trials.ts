import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { open } from './examination.ts'
import { ApplicationProcess } from './process.ts'
import { Scene } from './scene.ts'
import { seed } from './targets.ts'
import { until } from './until.ts'

/** Something that is measured once, and held to a bound. */
export interface Trial {
  readonly name: string
  /** What is promised, in words. */
  readonly about: string
  readonly value: number
  readonly unit: string
  /** The value may not be above it. */
  readonly bound: number
  /** What went wrong beside the value. */
  readonly trouble: string
}

const KILLS = 100
const MIB = 1024 * 1024
/** A message takes a few ms, a SYNC comes after up to 500. */
const PROMPT_MS = 60
const GIVE_UP_MS = 6000

/** What one sickness does not show. */
export const TRIALS: Readonly<Record<string, (quick: boolean) => Promise<Trial>>> = {
  ungated: openCircuit,
  holder: deadHolder,
  idle: refusedAtRest,
  kills: subscriberKills,
  news: halfOpenSubscriber,
}

/** Reads are refused and open the circuit; scripts are not, so a delete with an open circuit must reach Redis. */
async function openCircuit(): Promise<Trial> {
  await using stage = await begin()
  const { scene, application, namespace } = stage
  await application.ask('warm')
  await scene.allow('-get', '-mget')
  const { circuit, sample } = await application.ask('deleteWithOpenCircuit', 'target:delete')
  await scene.allow('+@all')
  const left = await scene.tell('EXISTS', `{${namespace}:0}:v:target:delete`)
  const ending = await finish(application)
  return {
    name: 'a delete with an open circuit',
    about: 'reaches Redis at once',
    value: sample.ms,
    unit: 'ms',
    bound: 150,
    trouble: [
      circuit === 'open' ? '' : `the circuit was ${circuit}`,
      sample.error ?? '',
      left === 0 ? '' : 'the value is still on the server',
      ending,
    ]
      .filter(Boolean)
      .join('; '),
  }
}

/** A lease whose holder has died ends by itself, within 1.5 s; whoever waits for it loads then. */
async function deadHolder(): Promise<Trial> {
  await using stage = await begin()
  const { scene, application, namespace } = stage
  await application.ask('warm')
  await scene.tell('SET', `{${namespace}:0}:L:orphan`, 'nobody', 'PX', 1500)
  const sample = await application.ask('readOne', 'orphan')
  return {
    name: 'a read of a key whose loader died elsewhere',
    about: 'loads when the lease has ended, after 1.5 s',
    value: sample.ms,
    unit: 'ms',
    bound: 2000,
    trouble: [sample.error ?? '', await finish(application)].filter(Boolean).join('; '),
  }
}

/** A process at rest must not spin while Redis refuses connections. */
async function refusedAtRest(quick: boolean): Promise<Trial> {
  await using stage = await begin()
  const { scene, application } = stage
  await application.ask('warm')
  await application.ask('rest')
  await scene.link.refuse()
  const share = await application.ask('cpu', quick ? 2000 : 5000)
  return {
    name: 'CPU at rest while Redis refuses connections',
    about: 'is next to nothing: reconnecting is paced',
    value: 100 * share,
    unit: '%',
    bound: 5,
    trouble: await finish(application),
  }
}

/** What each lost subscription leaves behind would show after a hundred of them. */
async function subscriberKills(quick: boolean): Promise<Trial> {
  await using stage = await begin()
  const { scene, application } = stage
  await application.ask('warm')
  const kill = async (times: number): Promise<void> => {
    for (let done = 0; done < times;) {
      // One that is still on its way back is not there to be killed.
      done += Number(await scene.tell('CLIENT', 'KILL', 'TYPE', 'pubsub', 'USER', 'app'))
      await wait(10)
    }
  }
  await kill(20)
  await application.ask('rest')
  const before = await application.ask('heap')
  await kill(quick ? KILLS / 2 : KILLS)
  const after = await application.ask('heap')
  return {
    name: `memory after ${quick ? KILLS / 2 : KILLS} killed subscribers`,
    about: 'is what it was: nothing of a lost connection stays',
    value: (after - before) / MIB,
    unit: 'MiB more',
    bound: 1,
    trouble: await finish(application),
  }
}

/** Nothing says that the far side of a quiet connection is gone: somebody has to ask. */
async function halfOpenSubscriber(): Promise<Trial> {
  await using stage = await begin()
  const { scene, application, namespace } = stage
  await application.ask('warm')
  const writer = open(scene, namespace)
  let told = 0
  const isHeard = async (): Promise<boolean> => {
    const key = `news:${told++}`
    await writer.delete(key)
    return application.ask('hears', key, PROMPT_MS)
  }
  // SYNC brings news twice a second too: only several in a row come from a message.
  const hearsAll = async (): Promise<boolean> => {
    for (let i = 0; i < 5; i++) if (!(await isHeard())) return false
    return true
  }
  const deafAtFirst = !(await hearsAll())
  const from = performance.now()
  scene.link.loseFarSide()
  await until('messages are heard again', GIVE_UP_MS, hearsAll).catch(() => {})
  const value = performance.now() - from
  await writer.close()
  return {
    name: 'messages after the far side of the subscriber vanished',
    about: 'are heard again',
    value,
    unit: 'ms',
    bound: 3000,
    trouble: [deafAtFirst ? 'none were heard before' : '', await finish(application)]
      .filter(Boolean)
      .join('; '),
  }
}

interface Stage extends AsyncDisposable {
  readonly scene: Scene
  readonly namespace: string
  readonly application: ApplicationProcess
}

async function begin(): Promise<Stage> {
  const namespace = `b${randomBytes(4).toString('hex')}`
  await using made = new AsyncDisposableStack()
  const scene = made.use(await Scene.set())
  const writer = open(scene, namespace)
  await seed(writer)
  await writer.close()
  const application = made.use(await ApplicationProcess.start(scene.url, namespace))
  const all = made.move()
  return { scene, namespace, application, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** Closes the application; empty if it ended as it should. */
async function finish(application: ApplicationProcess): Promise<string> {
  await application.ask('close')
  const { code, signal, output } = await application.ended(5000)
  if (code === 0 && output === '') return ''
  return `it ended with ${code ?? signal} and printed: ${output.slice(0, 500)}`
}
