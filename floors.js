// The floors of this project: what a file may import from it. `npm run check` holds them, and docs/architecture.md
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

/** What stands above the program, top to bottom, and what it imports besides the program's floors below `index.ts`. */
const above = {
  "tools/commands": ["bench", "tools/lib"],
  bench: ["tools/lib"],
  "tools/lib": ["floors.js"],
  policy: [],
};

/** What takes nothing from other floors. */
const alone = ["standins"];

/** Folders of one floor that take nothing from each other. */
export const apart = { platforms: ["aws", "containers", "existing"] };

/** The stages of the tests: folders of `test`, each of which has its own helpers in the folder of that name in `test/support`. */
export const stages = ["unit", "rendered", "local", "engine", "contract", "environments"];

/** The page that explains all this. */
export const explained = "docs/architecture.md";

const below = (/** @type {string} */ floor) => program.slice(program.indexOf(floor) + 1);

/**
 * The floors of each part, top to bottom, with what of other floors a file there may import. Nothing but tests imports
 * `test`, which may import everything.
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
