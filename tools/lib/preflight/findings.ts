/** Something that a look at a server found. */
export interface Finding {
  /** Name of the server in the settings. */
  readonly server: string;
  /** Whether nothing may be changed before it is settled. */
  readonly stops: boolean;
  /** What it is about: a short word. */
  readonly about: string;
  readonly found: string;
  /** What a deployment would do. */
  readonly would: string;
  /** What to write or do. */
  readonly advice: string;
}

/** One record that a look printed: a finding before it is compared with other servers, or a mark. */
interface Printed {
  readonly level: string;
  readonly fields: readonly string[];
}

/** What a look printed, as preflight.sh.eta describes it. */
interface Look {
  readonly records: readonly Printed[];
  /** Whether it ran to its end. */
  readonly whole: boolean;
}

/**
 * The findings in what the looks printed, in the order of the servers.
 *
 * @param printed standard output of the look at each server, by its name
 */
export function findingsIn(printed: Readonly<Record<string, string>>): Finding[] {
  const looks = Object.entries(printed).map(([server, text]) => [server, readLook(text)] as const);
  // Of the one main server: empty if it has none that can be read, undefined if it was not looked at.
  const authority = looks.flatMap(([, { records }]) => records).find(({ level }) => level === "ca")
    ?.fields[0];
  return looks.flatMap(([server, { records }]) =>
    records.flatMap(({ level, fields: [about = "", found = "", would = "", advice = ""] }) => {
      const compared = level.startsWith("unless ");
      if (level === "ca" || (compared && authority === undefined)) return [];
      if (compared && authority !== "" && level === `unless ${authority ?? ""}`) return [];
      return [{ server, stops: level !== "tells", about, found, would, advice }];
    }),
  );
}

/** Whether what a look printed is all of it. */
export function isWhole(text: string): boolean {
  return readLook(text).whole;
}

/** Records end with the character 036, their fields with 037; what a login shell prints around them does not count. */
function readLook(text: string): Look {
  const records = text.split("\x1e").map((record) => {
    const [level = "", ...fields] = record.split("\x1f").map(printable);
    return { level, fields };
  });
  const begin = records.findIndex(({ level }) => level === "begin");
  const end = records.findIndex(({ level }, at) => level === "end" && at > begin);
  // What follows the last character 036 is no record.
  return {
    records: begin < 0 ? [] : records.slice(begin + 1, end < 0 ? -1 : end),
    whole: begin >= 0 && end > begin,
  };
}

/** Text of others, without what would control a terminal. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, "?").trim();
}
