import { cacheLife, cacheTag, updateTag } from 'next/cache'
import { connection } from 'next/server'
import { Suspense } from 'react'

async function jobs() {
  'use cache'
  cacheTag('jobs')
  cacheLife({ stale: 30, revalidate: 3600, expire: 7200 })
  return crypto.randomUUID()
}

async function Jobs() {
  await connection()
  return <p id="made">{await jobs()}</p>
}

async function update() {
  'use server'
  updateTag('jobs')
}

export default function Page() {
  return (
    <>
      <form action={update} />
      <Suspense>
        <Jobs />
      </Suspense>
    </>
  )
}
