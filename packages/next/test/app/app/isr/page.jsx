import { cacheLife, cacheTag } from 'next/cache'

export default async function Page() {
  'use cache'
  cacheTag('isr')
  cacheLife('hours')
  return <p id="made">{crypto.randomUUID()}</p>
}
