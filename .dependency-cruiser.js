import { join } from "node:path";
import { apart, explained, floors, stages } from "./floors.js";

const isFile = (/** @type {string} */ name) => name.includes(".");
/** A pattern for the files of a folder, or for one file. */
const filesOf = (/** @type {string} */ name) =>
  isFile(name) ? `^${name.replace(".", "\\.")}$` : `^${name}/`;
const see = `; see ${explained}.`;
/** Names in a sentence. */
const list = (/** @type {readonly string[]} */ names) =>
  names.join(", ").replace(/, ([^,]*)$/, " and $1");

const stage = `(${stages.join("|")})`;
const helpers = {
  comment: `A stage's folder in test/support/ is only for that stage; move shared helpers to test/support/ itself, or to a folder there named after its contents${see}`,
  severity: "error",
};

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-tests",
      comment: `Only tests may import from test/; move shared code to the right floor${see}`,
      severity: "error",
      from: { pathNot: filesOf("test") },
      to: { path: filesOf("test") },
    },
    {
      name: "no-test-files",
      comment: `A test file must not be imported; move shared helpers to test/support/${see}`,
      severity: "error",
      from: {},
      to: { dependencyTypes: ["local"], path: "\\.test\\.ts$" },
    },
    {
      name: "helpers of a stage",
      ...helpers,
      from: { path: `^test/(?:support/)?${stage}/` },
      to: { path: `^test/support/${stage}/`, pathNot: "^test/support/$1/" },
    },
    {
      name: "helpers of all stages",
      ...helpers,
      from: { path: "^test/support/", pathNot: `^test/support/${stage}/` },
      to: { path: `^test/support/${stage}/` },
    },
    ...floors.map(({ name, imports }) => ({
      name: `floor ${name}`,
      comment: `${isFile(name) ? name : `Files in ${name}`} may import ${list(isFile(name) ? imports : [name, ...imports])}, and nothing else in the project${see}`,
      severity: "error",
      from: { path: filesOf(name) },
      to: {
        dependencyTypes: ["local"],
        pathNot: [name, "test", ...imports].map(filesOf),
      },
    })),
    {
      name: "no-floor",
      comment: `This file is on no floor, so it may import nothing in the project; add its folder to floors.js${see}`,
      severity: "error",
      from: { pathNot: ["test", ...floors.map(({ name }) => name)].map(filesOf) },
      // Files in the top-level folder configure tools, and may import each other.
      to: { dependencyTypes: ["local"], pathNot: "^[^/]+$" },
    },
    ...Object.entries(apart).map(([name, folders]) => ({
      name: `apart in ${name}`,
      comment: `${list(folders.map((folder) => `${name}/${folder}`))} must not import each other; move what they share to ${name}/ or to a lower floor${see}`,
      severity: "error",
      from: { path: `^${name}/(${folders.join("|")})/` },
      to: { path: `^${name}/(${folders.join("|")})/`, pathNot: `^${name}/$1/` },
    })),
    {
      name: "no-circles",
      comment: `Imports must not form a cycle, and type imports count; move what both files need to a separate file, or to a lower floor${see}`,
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // Imports that TypeScript removes from the JavaScript count too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(import.meta.dirname, "tsconfig.json") },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(examples|dist|coverage|\\.state|control-repository)/" },
  },
};
