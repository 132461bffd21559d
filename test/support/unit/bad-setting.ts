/** Invalid settings, and the exact sentences that report them. */
export interface BadSettings {
  what: string;
  /** Values in addition to a valid `domain`, which they may replace. */
  values: Readonly<Record<string, unknown>>;
  sentences: readonly string[];
}

/** A value that is rejected with one sentence: what it is, and what to write instead. */
export const one = (
  what: string,
  setting: string,
  value: unknown,
  remedy: string,
  shown = `is ${JSON.stringify(value)}`,
): BadSettings => {
  const [first = "", second] = setting.split(".");
  return {
    what,
    values: { [first]: second === undefined ? value : { [second]: value } },
    sentences: [`puppet:${setting} ${shown}; ${remedy}`],
  };
};

/** Values outside a range of whole numbers, and of other types, each with its sentence. */
export const range = (what: string, setting: string, from: number, to: number): BadSettings[] =>
  [from - 1, to + 1, from + 0.5, `${String(from)}x`, true, null].map((value) =>
    one(
      `${setting} ${JSON.stringify(value)}`,
      setting,
      value,
      `write ${what} from ${String(from)} to ${String(to)}.`,
    ),
  );
