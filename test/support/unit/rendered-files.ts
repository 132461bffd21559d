import { expect } from "vitest";
import { distributionNames, type Files } from "../host-files/files.js";
import type { DistributionName } from "../../../distributions/index.js";

/**
 * All files of a kind, by the distribution and the file's name; `all` is for every distribution.
 *
 * @param shared what is the same for every distribution
 * @param of what differs
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

/** Each file is as it was, ends with one newline, and has nothing left in it of its template. */
export async function expectWellRendered(files: Files, folder: string): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await expect(content, name).toMatchFileSnapshot(`${folder}/${name}`);
    // HAProxy and others refuse a file without it.
    expect(content, name).toMatch(/[^\n]\n$/);
    expect(content, name).not.toMatch(/<%|%>|undefined|\[object |NaN|Calling \[toString\]/);
  }
}
