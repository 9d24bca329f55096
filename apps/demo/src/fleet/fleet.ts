import type { FromInstance, InstanceConfig } from '../protocol.ts'
import { startChild, type Child } from './child.ts'

/** What the fleet tells: an instance serves, it is gone, it said something. */
export interface FleetListener {
  onUp(child: Child): void
  onDown(name: string, pid: number): void
  onMessage(name: string, message: FromInstance): void
  /** A process ended that nobody asked to. */
  onLost(name: string, pid: number, how: string): void
}

/** The instances of the marketplace. */
export interface Fleet {
  readonly names: readonly string[]
  /** Those that serve now. */
  running(): readonly Child[]
  find(name: string): Child | undefined
  /** Kills an instance with SIGKILL and resolves when the process is gone. */
  crash(name: string): Promise<void>
  respawn(name: string): Promise<void>
  /** Lets an instance finish, and starts it anew when it has. Whoever sends it requests should have stopped before. */
  restart(name: string): Promise<void>
  stop(): Promise<void>
}

/** Starts all instances at once and resolves when the last one serves; stops those that did start if one does not. */
export async function startFleet(
  count: number,
  configOf: (name: string) => InstanceConfig,
  listener: FleetListener,
): Promise<Fleet> {
  const names = Array.from({ length: count }, (_, index) => `i${index + 1}`)
  const children = new Map<string, Child>()
  const leaving = new Set<number>()

  const spawn = async (name: string): Promise<void> => {
    const child = await startChild(configOf(name), message => listener.onMessage(name, message))
    children.set(name, child)
    listener.onUp(child)
    void child.gone.then(how => {
      if (children.get(name) === child) children.delete(name)
      listener.onDown(name, child.pid)
      if (!leaving.has(child.pid)) listener.onLost(name, child.pid, how)
    })
  }
  const fleet: Fleet = {
    names,
    running: () => [...children.values()],
    find: name => children.get(name),
    async crash(name) {
      const child = children.get(name)
      if (!child) return
      leaving.add(child.pid)
      children.delete(name)
      child.kill()
      await child.gone
    },
    respawn: spawn,
    async restart(name) {
      const child = children.get(name)
      if (!child) return
      leaving.add(child.pid)
      children.delete(name)
      await child.stop()
      await spawn(name)
    },
    async stop() {
      await Promise.all(
        [...children.values()].map(child => {
          leaving.add(child.pid)
          return child.stop()
        }),
      )
    },
  }
  const started = await Promise.allSettled(names.map(spawn))
  const failed = started.find(outcome => outcome.status === 'rejected')
  if (failed) {
    await fleet.stop()
    throw failed.reason
  }
  return fleet
}
