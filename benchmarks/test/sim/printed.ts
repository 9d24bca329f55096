import { vi } from 'vitest'

/** What a command prints on stdout. */
export async function printed(
  command: (argv: readonly string[]) => void | Promise<void>,
  argv: readonly string[],
): Promise<string> {
  let text = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    text += String(chunk)
    return true
  })
  try {
    await command(argv)
  } finally {
    write.mockRestore()
  }
  return text
}
