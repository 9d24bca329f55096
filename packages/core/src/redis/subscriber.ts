import type { StoreListener } from '../store.ts'
import type { Client } from './connect.ts'
import { redisError } from './redis-error.ts'

/** Listens to the partitions' channels for as long as the connection lives, and again whenever it comes back. */
export function subscribe(client: Client, channels: readonly string[], listener: StoreListener): void {
  const partitions = new Map(channels.map((channel, partition) => [channel, partition]))
  client.on('message', (channel: string, message: string) => {
    const partition = partitions.get(channel)
    if (partition !== undefined) listener.onMessage(partition, message)
  })
  const listen = (): void => {
    client.subscribe(...channels).then(
      () => listener.onSubscribed(),
      (error: unknown) => listener.onError(redisError('SUBSCRIBE', error)),
    )
  }
  client.on('ready', listen)
  if (client.status === 'ready') listen()
}
