/** What a direction of a link does to the bytes on their way. */
export interface Direction {
  /** Added to every byte. */
  delayMs: number
  /** 0: as fast as it goes. */
  bytesPerSecond: number
  /** The size of the pieces that arrive; 0: as they were sent. */
  pieces: number
  /** Bytes wait, the connection stays open: a black hole until it is over. */
  silent: boolean
}

/** Both directions of one kind of connection of one instance, and what can be done to those that are open. */
export interface Link {
  readonly up: Direction
  readonly down: Direction
  /** Connections that use the link. */
  readonly open: Set<{ readonly cut: () => void; readonly halfClose: (side: 'client' | 'server') => void }>
  /** Looks at the directions again after they were changed. */
  readonly pumps: Set<() => void>
}

/** The links of one instance: commands, and the subscription. */
export interface Links {
  readonly data: Link
  readonly bus: Link
}

/** A link that does nothing to what passes. */
export function openLink(): Link {
  return { up: openDirection(), down: openDirection(), open: new Set(), pumps: new Set() }
}

function openDirection(): Direction {
  return { delayMs: 0, bytesPerSecond: 0, pieces: 0, silent: false }
}

/** Does something to a link, and gives what undoes it. */
export function change(
  link: Link,
  toxic: Partial<Direction>,
  directions: readonly ('up' | 'down')[] = ['up', 'down'],
): () => void {
  for (const direction of directions) Object.assign(link[direction], toxic)
  const healthy = openDirection()
  return () => {
    for (const direction of directions)
      for (const name of Object.keys(toxic) as (keyof Direction)[])
        Object.assign(link[direction], { [name]: healthy[name] })
    for (const pump of link.pumps) pump()
  }
}

/** Ends every open connection of a link at once, in both directions. */
export function cut(link: Link): void {
  for (const connection of link.open) connection.cut()
}

/** Tells one side of every open connection that the other will send nothing more. */
export function halfClose(link: Link, side: 'client' | 'server'): void {
  for (const connection of link.open) connection.halfClose(side)
}
