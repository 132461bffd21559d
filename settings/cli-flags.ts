/**
 * The value of a flag on the Pulumi CLI's command line, as the CLI reads it: `--name VALUE`, `--name=VALUE`, and for a
 * short flag also `-nVALUE`. The last one counts; those after `--` do not.
 *
 * @param words the arguments after `pulumi`
 * @param long with both dashes
 * @param short with its dash, if there is one
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
