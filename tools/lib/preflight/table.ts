import type { Finding } from "./findings.js";

/** Widest column of servers' names, in characters. */
const longestNames = 24;
/** Shares of the columns whose text is wrapped: what was found, what a deployment would do, what to do. */
const shares = [0.32, 0.26, 0.42];
/** Narrowest of these columns, in characters. */
const narrowest = 18;

/**
 * The findings as a table, a row each; those that stop a deployment come first. What is the same on several servers has
 * one row.
 *
 * @param width of the terminal, in characters
 * @returns lines; none if nothing was found
 */
export function findingsTable(findings: readonly Finding[], width = 140): string[] {
  if (findings.length === 0) return [];
  const head = ["server", "", "about", "found", "a deployment would", "what to do"];
  const rows = together(findings)
    .sort(([, one], [, other]) => Number(other.stops) - Number(one.stops))
    .map(([servers, { stops, about, found, would, advice }]) => [
      servers.join(", "),
      stops ? "stops" : "note",
      about,
      found,
      would,
      advice,
    ]);
  const own = [0, 1, 2].map((column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const names = Math.min(own[0] ?? 0, longestNames);
  const left = width - names - (own[1] ?? 0) - (own[2] ?? 0) - 2 * (head.length - 1);
  const all = [
    ...[names, ...own.slice(1)],
    ...shares.map((share) => Math.max(narrowest, Math.floor(left * share))),
  ];
  const lines = (row: readonly string[]) => {
    const cells = row.map((cell, column) => wrapped(cell, all[column] ?? 0));
    return Array.from({ length: Math.max(...cells.map((cell) => cell.length)) }, (_, at) =>
      cells
        .map((cell, column) => (cell[at] ?? "").padEnd(all[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  };
  return [
    ...lines(head),
    all.map((column) => "-".repeat(column)).join("  "),
    ...rows.flatMap((row, at) => [...(at === 0 ? [] : [""]), ...lines(row)]),
  ];
}

/** Findings that are the same but for the server, each with all its servers. */
function together(findings: readonly Finding[]): [string[], Finding][] {
  const groups = new Map<string, [string[], Finding]>();
  for (const finding of findings) {
    const { server, ...rest } = finding;
    const key = JSON.stringify(rest);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [[server], finding]);
    else group[0].push(server);
  }
  return [...groups.values()];
}

/** Text in lines of at most a width; a longer word, such as a path to copy, stays whole. */
function wrapped(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    // Lines of configuration keep their indentation.
    if (/^\s/.test(paragraph)) return [paragraph];
    const lines: string[] = [];
    for (const word of paragraph.split(" ")) {
      const last = lines.at(-1);
      if (last !== undefined && `${last} ${word}`.length <= width)
        lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}
