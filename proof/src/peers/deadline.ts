/**
 * Rejects when a load takes longer: what an application does around its database where the cache has no option for it. The load itself
 * goes on.
 */
export async function within<T>(ms: number, load: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the load took longer than ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([load, late])
  } finally {
    clearTimeout(timer)
  }
}
