/** Tells of trouble that nobody can be told of otherwise. */
export function warn(trouble: unknown): void {
  process.emitWarning(
    `@tiercache/next: ${trouble instanceof Error ? trouble.message : String(trouble)}`,
    'TiercacheWarning',
  )
}
