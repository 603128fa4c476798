// Random numbers from a seed, the same on every machine (xorshift32 over a mixed seed).
export class Random {
  constructor(seed) {
    let mixed = (seed ^ 0x9e3779b9) >>> 0
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b) >>> 0
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0
    this.state = mixed || 1
  }

  // 0 up to, not including, `limit`.
  below(limit) {
    let x = this.state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.state = x >>> 0
    return this.state % limit
  }

  // True `percent` times in a hundred.
  chance(percent) {
    return this.below(100) < percent
  }

  pick(list) {
    return list[this.below(list.length)]
  }

  // `count` different elements, at most all.
  some(list, count) {
    const rest = [...list]
    const taken = []
    while (taken.length < count && rest.length > 0) taken.push(rest.splice(this.below(rest.length), 1)[0])
    return taken
  }
}
