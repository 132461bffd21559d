import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { run } from "../../../tools/lib/shell.js";
import { fileOf, type Files } from "../../support/host-files/files.js";
import { foremanFiles, smartProxySettings } from "../../support/host-files/foreman-files.js";
import { expectWellRendered } from "../../support/unit/rendered-files.js";

const names = ["debian", "openvox8"] as const;
/** All files of Foreman, by the distribution of the main server and their names. */
let files: Files = {};

beforeAll(async () => {
  for (const name of names) {
    const found = Object.entries(await foremanFiles(name));
    files = {
      ...files,
      ...Object.fromEntries(found.map(([file, text]) => [`${name}/${file}`, text])),
    };
  }
});

describe("every file of Foreman", () => {
  it("is as it was, and whole", async () => {
    expect(Object.keys(files)).toHaveLength(2 * 22);
    await expectWellRendered(files, "__snapshots__/rendered/foreman");
  });

  it("is a script that Bash can read, where it is one", async () => {
    const scripts = Object.entries(files).filter(([, text]) => /^set -euo pipefail$/m.test(text));
    expect(scripts).toHaveLength(2 * 7);
    for (const [name, content] of scripts) {
      const { code, stderr } = await run(["bash", "-n"], { stdin: content });
      expect({ code, stderr }, name).toEqual({ code: 0, stderr: "" });
    }
  });

  it.each(smartProxySettings)("has only symbols in the smart proxy's %s", (name) => {
    for (const distribution of names) {
      const settings = load(fileOf(files, `${distribution}/smart-proxy/${name}`)) as object;
      expect(Object.keys(settings).every((key) => key.startsWith(":"))).toBe(true);
    }
  });
});
