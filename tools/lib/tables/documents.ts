import { roleNames } from "../../../roles/roles.js";
import {
  awsConnections,
  costs,
  puppetdbSizes,
  roleConnections,
  serverConnections,
  serverSizes,
} from "./tables.js";

/** Documents with tables that the program computes. */
export const documents = [
  "docs/aws.md",
  "docs/existing-servers.md",
  "docs/foreman.md",
  "docs/hdm.md",
];

/** The tables by the names that documents have for them. */
const tables: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  "aws-connections": awsConnections,
  "server-connections": serverConnections,
  // Such as foreman-connections.
  ...Object.fromEntries(
    roleNames.map((role) => [`${role}-connections`, () => roleConnections(role)]),
  ),
  "server-sizes": serverSizes,
  "puppetdb-sizes": puppetdbSizes,
  costs,
};

/**
 * A document with its tables computed anew: each stands between `<!-- table: NAME -->` and `<!-- end of table -->`.
 *
 * @throws Error when the document asks for a table that there is not
 */
export function tablesIn(document: string): string {
  return document.replaceAll(
    /(<!-- table: ([a-z-]+) -->\n)[^]*?(<!-- end of table -->)/g,
    (_, begin: string, name: string, end: string) => {
      const table = tables[name];
      if (table === undefined) throw new Error(`there is no table ${name}`);
      return `${begin}\n${markdown(table())}\n\n${end}`;
    },
  );
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
