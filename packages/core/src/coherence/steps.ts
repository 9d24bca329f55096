/** Characters of names in one record: with more it would not be on the bus (8 KiB), and ten thousand of them fill the log. */
const MOST_CHARACTERS = 7000

/** Cuts a list into steps that fit a script and a record each: by number, and by the length of the names. */
export function* inSteps<T>(list: readonly T[], most: number, nameOf: (item: T) => string): Generator<T[]> {
  let step: T[] = []
  let characters = 0
  for (const item of list) {
    const { length } = nameOf(item)
    if (step.length > 0 && (step.length >= most || characters + length > MOST_CHARACTERS)) {
      yield step
      step = []
      characters = 0
    }
    step.push(item)
    characters += length + 3
  }
  if (step.length > 0) yield step
}
