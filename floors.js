// The floors of this project: which files may import which. `npm run check` enforces them, and docs/architecture.md
// explains them.

/** The floors of the program, top to bottom: each imports those below it. */
const program = [
  "index.ts",
  "platforms",
  "settings",
  "roles",
  "components",
  "hosts",
  "templates",
  "distributions",
];

/** The floors above the program, top to bottom, and what each imports besides the program's floors below `index.ts`. */
const above = {
  "tools/commands": ["bench", "tools/lib"],
  bench: ["tools/lib"],
  "tools/lib": ["floors.js"],
  policy: [],
};

/** Floors that import no other floor, and that no other floor imports. */
const alone = ["standins"];

/** Folders of one floor that must not import each other. */
export const apart = { platforms: ["aws", "containers", "existing"] };

/** The stages of the tests: folders of `test`. A folder of the same name in `test/support` is for that stage alone. */
export const stages = ["unit", "rendered", "local", "engine", "contract", "environments"];

/** The page that explains all this. */
export const explained = "docs/architecture.md";

const below = (/** @type {string} */ floor) => program.slice(program.indexOf(floor) + 1);

/**
 * The floors of each part, top to bottom, and the other floors that each may import. Tests may import everything, and
 * nothing else may import `test`.
 *
 * @type {readonly { title: string, floors: readonly { name: string, imports: readonly string[] }[] }[]}
 */
export const parts = [
  {
    title: "Above the program",
    floors: Object.entries(above).map(([name, more]) => ({
      name,
      imports: [...more, ...below("index.ts")],
    })),
  },
  { title: "The program", floors: program.map((name) => ({ name, imports: below(name) })) },
  { title: "Alone", floors: alone.map((name) => ({ name, imports: [] })) },
];

export const floors = parts.flatMap((part) => part.floors);
