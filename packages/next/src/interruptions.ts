/**
 * The status of what Next.js answers when a handler has thrown this: `redirect()`, `notFound()`, `forbidden()` and `unauthorized()` are
 * answers that are thrown. `undefined`: it is an error.
 */
export function statusOfThrown(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('digest' in thrown)) return undefined
  const [name, ...fields] = String(thrown.digest).split(';')
  const status =
    name === 'NEXT_REDIRECT' ? fields.at(-2) : name === 'NEXT_HTTP_ERROR_FALLBACK' ? fields[0] : ''
  return /^[345]\d\d$/.test(status ?? '') ? Number(status) : undefined
}
