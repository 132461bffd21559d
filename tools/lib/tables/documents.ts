import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { roleNames } from "../../../roles/roles.js";
import { project } from "../paths.js";
import { drawnFloors } from "./floors.js";
import {
  awsConnections,
  costs,
  instances,
  puppetdbSizes,
  roleConnections,
  serverConnections,
  serverSizes,
} from "./tables.js";

/** Computed parts of a document: between `<!-- table: NAME -->` and `<!-- end of table -->`, and pictures likewise. */
const computedPlaces = /(<!-- (table|picture): ([A-Za-z-]+) -->\n)[^]*?(<!-- end of \2 -->)/g;

/** Documents with tables and pictures computed by the program. */
export const documents = readdirSync(join(project, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`)
  .filter((name) => computedIn(readFileSync(join(project, name), "utf8")).length > 0);

/** The tables by their names in documents. */
const tables: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  "aws-connections": awsConnections,
  "server-connections": serverConnections,
  // For example foreman-connections.
  ...Object.fromEntries(
    roleNames.map((role) => [`${role}-connections`, () => roleConnections(role)]),
  ),
  "aws-instances": instances,
  "server-sizes": serverSizes,
  "puppetdb-sizes": puppetdbSizes,
  costs,
};

/** The pictures, likewise. */
const pictures: Readonly<Record<string, () => Promise<string>>> = { folders: drawnFloors };

/** The tables and pictures in a document. */
export function computedIn(document: string): string[] {
  return document.match(computedPlaces) ?? [];
}

/**
 * A document with its tables and pictures recomputed.
 *
 * @throws Error if the document names one that does not exist
 */
export async function computedAnew(document: string): Promise<string> {
  let text = document;
  for (const [place, begin = "", kind, name = "", end = ""] of document.matchAll(computedPlaces)) {
    const content = kind === "table" ? tableNamed(name) : await pictureNamed(name);
    text = text.replace(place, () => `${begin}\n${content}\n\n${end}`);
  }
  return text;
}

function tableNamed(name: string): string {
  const table = tables[name];
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return markdown(table());
}

function pictureNamed(name: string): Promise<string> {
  const picture = pictures[name];
  if (picture === undefined) throw new Error(`there is no picture ${name}`);
  return picture();
}

/** Rows, the first of them the header, as a Markdown table with columns aligned as Prettier does. */
function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...lines] = rows;
  const widths = head.map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...lines.map(line)].join(
    "\n",
  );
}
