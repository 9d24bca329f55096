import { connection } from 'next/server'

export async function GET() {
  await connection()
  const response = await fetch(process.env.RATES_URL, { cache: 'force-cache', next: { tags: ['rates'] } })
  return new Response(await response.text())
}
