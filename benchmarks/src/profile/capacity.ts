import type { RedisCost } from './redis-cost.ts'

/** What one Redis would bear, by what single operations cost it. A calculation, not a measurement. */
export interface Capacity {
  readonly instances: number
  /** Share of one core that goes to instances which do nothing, 0 to 1. */
  readonly idleShare: number
  /** Operations a second of one kind alone, until the core is busy to `BUSY`; 0 where idling takes as much. */
  readonly hits: number
  readonly loads: number
  readonly invalidations: number
  /** What Redis sends to all instances because of one invalidation. */
  readonly bytesEach: number
}

/** Above this share queues grow, and with them every latency. */
export const BUSY = 0.6

/** For fleets of different sizes. `NaN` where the costs lack an operation. */
export function capacities(costs: readonly RedisCost[], fleets: readonly number[]): Capacity[] {
  const deletes = costs.filter(({ operation }) => operation === 'delete')
  const cpu = line(deletes.map(({ instances, cpuUs }) => [instances, cpuUs]))
  const bytes = line(deletes.map(({ instances, bytesOut }) => [instances, bytesOut]))
  return fleets.map(instances => {
    const idleShare = (instances * cpuOf(costs, 'an idle second')) / 1e6
    const left = Math.max(0, BUSY - idleShare) * 1e6
    return {
      instances,
      idleShare,
      hits: left / cpuOf(costs, 'hit in Redis'),
      loads: left / cpuOf(costs, 'miss'),
      invalidations: left / cpu(instances),
      bytesEach: bytes(instances),
    }
  })
}

function cpuOf(costs: readonly RedisCost[], operation: string): number {
  return costs.find(one => one.operation.startsWith(operation))?.cpuUs ?? Number.NaN
}

/** The straight line that lies closest to points, by least squares. */
function line(points: readonly (readonly [x: number, y: number])[]): (x: number) => number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const slope = mean(points.map(([x, y]) => (x - mx) * (y - my))) / mean(points.map(([x]) => (x - mx) ** 2))
  return x => my + slope * (x - mx)
}
