/** A proxy of a haproxy.cfg: a frontend, a backend, or both in one. */
export interface Proxy {
  readonly kind: "frontend" | "backend" | "listen";
  readonly name: string;
  /** As it works, with what it has from its defaults. */
  readonly mode: string;
  /** Arguments of each `bind`. */
  readonly binds: readonly (readonly string[])[];
  /** Names of the backends it hands connections to. */
  readonly backends: readonly string[];
}

interface Section {
  readonly kind: string;
  readonly name: string;
  /** The section of defaults that holds for it. */
  readonly defaults: Section | undefined;
  readonly lines: string[][];
}

/** What begins a section; other sections than these do not appear beside proxies' own keywords. */
const sectionKinds = [
  ...["global", "defaults", "frontend", "backend", "listen", "userlist", "peers", "resolvers"],
  ...["mailers", "cache", "program", "http-errors", "ring", "log-forward", "crt-store"],
];
const proxyKinds = ["frontend", "backend", "listen"];

/** Reads the proxies of a haproxy.cfg, as far as connections go. */
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
    // HAProxy's own default.
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
  // A section of defaults has others only when it names them.
  const before = kind === "defaults" ? undefined : defaults.at(-1);
  return { kind, name, defaults: named ?? before, lines: [] };
}

function isProxy(section: Section): section is Section & Pick<Proxy, "kind"> {
  return proxyKinds.includes(section.kind);
}

/** The first argument of a keyword: of its last line in the section, else in the defaults. */
function inherited(section: Section, keyword: string): string | undefined {
  const own = section.lines.filter(([word]) => word === keyword).at(-1)?.[1];
  return own ?? (section.defaults && inherited(section.defaults, keyword));
}
