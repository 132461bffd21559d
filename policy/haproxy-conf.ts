/** A proxy of a haproxy.cfg: a frontend, a backend, or both in one. */
export interface Proxy {
  readonly kind: "frontend" | "backend" | "listen";
  readonly name: string;
  /** The effective mode, including its defaults. */
  readonly mode: string;
  /** Arguments of each `bind`. */
  readonly binds: readonly (readonly string[])[];
  /** Names of the backends to which it passes connections. */
  readonly backends: readonly string[];
}

interface Section {
  readonly kind: string;
  readonly name: string;
  /** The defaults section that applies to it. */
  readonly defaults: Section | undefined;
  readonly lines: string[][];
}

/** Keywords that begin a section; sections of other kinds do not have the proxies' own keywords in them. */
const sectionKinds = [
  ...["global", "defaults", "frontend", "backend", "listen", "userlist", "peers", "resolvers"],
  ...["mailers", "cache", "program", "http-errors", "ring", "log-forward", "crt-store"],
];
const proxyKinds = ["frontend", "backend", "listen"];

/** Reads the proxies in a haproxy.cfg, as far as connections are concerned. */
export function proxiesIn(content: string): readonly Proxy[] {
  const sections: Section[] = [];
  for (const line of content.split("\n")) {
    const words = line
      .replace(/#.*/, "")
      .split(/\s+/)
      .filter((word) => word !== "");
    const [first = ""] = words;
    if (sectionKinds.includes(first)) sections.push(sectionOf(words, sections));
    else if (first !== "") sections.at(-1)?.lines.push(words);
  }
  return sections.filter(isProxy).map((section) => ({
    kind: section.kind,
    name: section.name,
    // HAProxy's own default is tcp.
    mode: inherited(section, "mode") ?? "tcp",
    binds: section.lines.filter(([word]) => word === "bind").map(([, ...words]) => words),
    backends: [
      inherited(section, "default_backend") ?? [],
      section.lines.filter(([word]) => word === "use_backend").flatMap(([, name = ""]) => name),
    ].flat(),
  }));
}

function sectionOf(words: readonly string[], earlier: readonly Section[]): Section {
  const [kind = "", ...rest] = words;
  const from = rest.indexOf("from");
  const name = from === 0 ? "" : (rest[0] ?? "");
  const defaults = earlier.filter((section) => section.kind === "defaults");
  const named = defaults.find((section) => from >= 0 && section.name === rest[from + 1]);
  // A defaults section inherits from another one only if it names it.
  const before = kind === "defaults" ? undefined : defaults.at(-1);
  return { kind, name, defaults: named ?? before, lines: [] };
}

function isProxy(section: Section): section is Section & Pick<Proxy, "kind"> {
  return proxyKinds.includes(section.kind);
}

/** The first argument of a keyword: from its last line in the section, otherwise in the defaults. */
function inherited(section: Section, keyword: string): string | undefined {
  const own = section.lines.filter(([word]) => word === keyword).at(-1)?.[1];
  return own ?? (section.defaults && inherited(section.defaults, keyword));
}
