/** How a run comes to its figures, for readers who were not there. The README has it in full. */
export const method: readonly string[] = [
  'Only ratios are claims. Each contender runs in a process of its own. In a round all of them take turns at the same task, one at a time, in an order that rotates; a ratio is taken inside a round, so what slows the machine for a while slows both sides of it. All processes are started anew several times.',
  'A dot is the median over all rounds, the line through it reaches from the first quartile to the third: half of the rounds lie on it. Where two lines overlap, do not trust the order of their dots.',
  'Every comparison has floors in the same run: what a cache stands on and cannot be better than for nothing, such as a Map, a bare await, a raw GET. They are there so that you can see how much is left to gain, and whether a figure is too good to be true.',
  'Other caches are measured in their default and in the fastest setting their documentation offers, and it is said what that setting gives up. Who throws, hangs or finds nothing is shown as failed, not as fast: what is read is looked at.',
]

/** What such a run does not show. */
export const limits: readonly string[] = [
  'Everything runs on one machine, Redis included, over loopback. A real network adds its round trip to all sides.',
  'We wrote it. We chose the tasks, and we know our own cache best. If a setting would make another one faster, tell us: a contender is a few lines.',
  'Values are rows of one shape, as services have them, which suits the encoding we chose. Others decode more slowly.',
  'Times stand beside the ratios to give their size. They are of this machine on this day.',
]
