/** The processor's time this process has taken, in ms: what a neighbour cannot make longer by taking the machine. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
