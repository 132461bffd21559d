import { expect } from "vitest";
import { distributionNames, type Files } from "../host-files/files.js";
import type { DistributionName } from "../../../distributions/index.js";

/**
 * All files of a kind, by distribution and file name; `all` is for every distribution.
 *
 * @param shared files that are the same for every distribution
 * @param of files that differ
 */
export async function allFiles(
  shared: () => Promise<Files>,
  of: (name: DistributionName) => Promise<Files>,
): Promise<Files> {
  const folders: [string, Files][] = [["all", await shared()]];
  for (const name of distributionNames) folders.push([name, await of(name)]);
  return Object.fromEntries(
    folders.flatMap(([folder, contents]) =>
      Object.entries(contents).map(([name, content]) => [`${folder}/${name}`, content]),
    ),
  );
}

/** Each file matches its snapshot, ends with one newline, and has nothing left of its template. */
export async function expectWellRendered(files: Files, folder: string): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await expect(content, name).toMatchFileSnapshot(`${folder}/${name}`);
    // HAProxy and others reject a file without it.
    expect(content, name).toMatch(/[^\n]\n$/);
    expect(content, name).not.toMatch(/<%|%>|undefined|\[object |NaN|Calling \[toString\]/);
  }
}
