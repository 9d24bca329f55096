import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inSteps } from '../../src/coherence/steps.ts'

test('steps hold everything, in order, and none is too many or too long, but for one name alone', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2000 })), fc.integer({ min: 1, max: 50 }), (names, most) => {
      const steps = [...inSteps(names, most, name => name)]
      expect(steps.flat()).toEqual(names)
      for (const step of steps) {
        expect(step.length).toBeGreaterThan(0)
        expect(step.length).toBeLessThanOrEqual(most)
        if (step.length > 1) expect(step.join('').length).toBeLessThanOrEqual(7000)
      }
    }),
  )
})
