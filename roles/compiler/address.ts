/**
 * Offset of a compiler's address from the network's first address. It depends only on the name, so that no compiler
 * moves when another one is removed: compiler1 to compiler50 have 21 to 70, other names 71 to 127.
 */
export function compilerOffset(name: string): number {
  const number = Number(/^compiler([1-9][0-9]?)$/.exec(name)?.[1]);
  if (number <= 50) return 20 + number;
  let hash = 7;
  for (let index = 0; index < name.length; index += 1) {
    hash = (hash * 31 + name.charCodeAt(index)) % 65521;
  }
  return 71 + (hash % 57);
}
