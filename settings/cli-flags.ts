/**
 * The value that words of the Pulumi CLI give a flag, as the CLI reads them: `--name VALUE`, `--name=VALUE`, and for a
 * short one also `-nVALUE`. The last one counts, and none after `--`.
 *
 * @param words what stands after `pulumi`
 * @param long with both dashes
 * @param short with its dash, where there is one
 */
export function flagIn(words: readonly string[], long: string, short?: string): string | undefined {
  const end = words.indexOf("--");
  const before = end < 0 ? words : words.slice(0, end);
  return before
    .flatMap((word, at) => {
      if (word === long || word === short) return before[at + 1] ?? [];
      if (word.startsWith(`${long}=`)) return word.slice(long.length + 1);
      if (short === undefined || !word.startsWith(short)) return [];
      return word.slice(short.length).replace(/^=/, "");
    })
    .at(-1);
}
