import type { ServerResponse } from 'node:http'
import { observing } from '../observing.ts'
import { tapResponse } from './node-response.ts'

/** Has `act` done once a handler has answered, with its status, and holds the end of the response until it is. `act` must not reject. */
export function observeNode(response: ServerResponse, act: (status: number) => Promise<void>): void {
  tapResponse(response, observing(act), () => {})
}
