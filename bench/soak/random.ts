/** Numbers from 0 up to 1, exclusive; the same for the same seed. */
export type Random = () => number;

/** The generator mulberry32: what differs from run to run is the seed alone. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of some things; there must be one. */
export function oneOf<Item>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("there is nothing to choose from");
  return item;
}

/**
 * Things in random order, without end: in rounds, in each of which everything comes once. What is not possible when it
 * is its turn comes as soon as it is.
 */
export class Rounds<Item> {
  private left: Item[] = [];

  constructor(
    private readonly items: readonly Item[],
    private readonly random: Random,
  ) {}

  /** The next one; undefined if none is possible. */
  next(possible: (item: Item) => boolean): Item | undefined {
    const found = this.taken(possible);
    if (found !== undefined) return found;
    const order = this.items.map((item) => ({ item, key: this.random() }));
    this.left.push(...order.sort((a, b) => a.key - b.key).map(({ item }) => item));
    return this.taken(possible);
  }

  private taken(possible: (item: Item) => boolean): Item | undefined {
    const index = this.left.findIndex(possible);
    return index < 0 ? undefined : this.left.splice(index, 1)[0];
  }
}
