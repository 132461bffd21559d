// The floors of this project: which files may import which. `npm run check` enforces them, and docs/architecture.md
// explains them.

/** The floors of the program from top to bottom: each may import those below it. */
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

/** The floors above the program from top to bottom, and what each may import in addition to floors below `index.ts`. */
const above = {
  "tools/commands": ["bench", "tools/lib"],
  bench: ["tools/lib"],
  "tools/lib": ["floors.js"],
  policy: [],
};

/** Floors that neither import another floor nor are imported by one. */
const alone = ["standins"];

/** Folders on one floor that must not import each other. */
export const apart = { platforms: ["aws", "containers", "existing"] };

/** Test stages: folders in `test`. A folder with the same name in `test/support` is only for that stage. */
export const stages = ["unit", "rendered", "local", "engine", "contract", "environments"];

/** The page that explains the floors. */
export const explained = "docs/architecture.md";

const below = (/** @type {string} */ floor) => program.slice(program.indexOf(floor) + 1);

/**
 * The floors of each part from top to bottom, and the other floors that each may import. Tests may import anything, and
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
