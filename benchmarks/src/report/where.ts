import { availableParallelism, cpus, loadavg } from 'node:os'

/** When and on what this process measures, in a line. To be called before it does, since it tells how busy the machine is. */
export function whereMeasured(): string {
  const date = new Date().toISOString().slice(0, 10)
  const cpu = cpus()[0]?.model.trim() ?? 'an unknown processor'
  const load = (loadavg()[0] ?? 0).toFixed(1)
  return `Measured ${date} on ${availableParallelism()} cores of ${cpu}, Node ${process.versions.node}, load before ${load}.`
}
