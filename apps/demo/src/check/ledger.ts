/** Which versions of a subject were acknowledged, and when. */
export interface Ledger {
  /** The write that made `version` is acknowledged since `at`. */
  acknowledge(subject: string, version: number, at: number): void
  /** Since when a value at `version` is superseded: the earliest acknowledgement of a later version, if there is one. */
  supersededAt(subject: string, version: number): number | undefined
  subjects(): Iterable<string>
}

/** Older acknowledgements of one subject are forgotten; a value as old as those then counts as superseded a little later. */
const keptPerSubject = 1024

export function createLedger(): Ledger {
  const bySubject = new Map<string, { version: number; at: number }[]>()
  return {
    acknowledge(subject, version, at) {
      let known = bySubject.get(subject)
      if (!known) bySubject.set(subject, (known = []))
      let place = known.length
      while (place > 0 && (known[place - 1] as { version: number }).version > version) place--
      known.splice(place, 0, { version, at })
      if (known.length > keptPerSubject) known.shift()
    },
    supersededAt(subject, version) {
      const known = bySubject.get(subject) ?? []
      let earliest: number | undefined
      for (let place = known.length - 1; place >= 0; place--) {
        const ack = known[place] as { version: number; at: number }
        if (ack.version <= version) break
        if (earliest === undefined || ack.at < earliest) earliest = ack.at
      }
      return earliest
    },
    subjects: () => bySubject.keys(),
  }
}
