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

/** What is computed in a document: between `<!-- table: NAME -->` and `<!-- end of table -->`, and pictures likewise. */
const computedPlaces = /(<!-- (table|picture): ([a-z-]+) -->\n)[^]*?(<!-- end of \2 -->)/g;

/** Documents with tables and pictures that the program computes. */
export const documents = readdirSync(join(project, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`)
  .filter((name) => computedIn(readFileSync(join(project, name), "utf8")).length > 0);

/** The tables by the names that documents have for them. */
const tables: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  "aws-connections": awsConnections,
  "server-connections": serverConnections,
  // Such as foreman-connections.
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

/** The tables and pictures that stand in a document. */
export function computedIn(document: string): string[] {
  return document.match(computedPlaces) ?? [];
}

/**
 * A document with its tables and pictures computed anew.
 *
 * @throws Error when the document asks for one that there is not
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

/** Rows, the first of them the head, as a table in Markdown, in columns as Prettier has them. */
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
