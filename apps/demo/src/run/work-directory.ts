import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Makes a temporary folder that carries our process id, and removes those of demos that are no more: one killed before it
 * had any instance could not clean up after itself.
 */
export async function makeWorkDirectory(): Promise<string> {
  const home = tmpdir()
  const abandoned = (await readdir(home)).filter(name => !ownerLives(name))
  await Promise.all(
    abandoned.map(name => rm(join(home, name), { recursive: true, force: true }).catch(() => {})),
  )
  return mkdtemp(join(home, `tiercache-demo-${process.pid}-`))
}

function ownerLives(name: string): boolean {
  const pid = /^tiercache-demo-(\d+)-\w{6}$/.exec(name)?.[1]
  if (pid === undefined) return true // not one of ours
  try {
    return process.kill(Number(pid), 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
