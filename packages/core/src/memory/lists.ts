/** Doubly linked lists of slots, in two typed arrays. The first nodes are the lists' own ends, so that nothing is ever special. */
export class Lists {
  readonly #ends: number
  #next: Uint32Array
  #previous: Uint32Array

  constructor(lists: number, slots: number) {
    this.#ends = lists
    this.#next = new Uint32Array(lists + slots)
    this.#previous = new Uint32Array(lists + slots)
    this.clear()
  }

  /** Makes room for slots up to, not including, `slots`. */
  grow(slots: number): void {
    this.#next = grown(this.#next, this.#ends + slots)
    this.#previous = grown(this.#previous, this.#ends + slots)
  }

  /** Puts a slot that is in no list at a list's head. */
  push(list: number, slot: number): void {
    const node = slot + this.#ends
    const head = this.#next[list] ?? 0
    this.#next[node] = head
    this.#previous[node] = list
    this.#previous[head] = node
    this.#next[list] = node
  }

  remove(slot: number): void {
    const node = slot + this.#ends
    const next = this.#next[node] ?? 0
    const previous = this.#previous[node] ?? 0
    this.#next[previous] = next
    this.#previous[next] = previous
  }

  /** Moves a slot to the head of the list it is in. */
  touch(list: number, slot: number): void {
    if (this.#next[list] === slot + this.#ends) return
    this.remove(slot)
    this.push(list, slot)
  }

  /** The slot that was longest not touched; -1 if the list is empty. */
  tail(list: number): number {
    const node = this.#previous[list] ?? 0
    return node < this.#ends ? -1 : node - this.#ends
  }

  /** The slots of a list from its head on. */
  slots(list: number): number[] {
    const slots: number[] = []
    for (let node = this.#next[list] ?? 0; node >= this.#ends; node = this.#next[node] ?? 0)
      slots.push(node - this.#ends)
    return slots
  }

  clear(): void {
    for (let list = 0; list < this.#ends; list++) {
      this.#next[list] = list
      this.#previous[list] = list
    }
  }
}

/** A longer copy. */
export function grown<A extends Uint8Array | Uint32Array | Int32Array | Float64Array>(
  array: A,
  length: number,
): A {
  const longer = new (array.constructor as new (length: number) => A)(length)
  longer.set(array)
  return longer
}
