import { afterAll, beforeAll, expect, it } from "vitest";
import { output } from "../support/environment.js";
import { commit, idle, push, retire, runOn } from "../support/local/code.js";

const [branch, delivered] = ["umlauts", "/tmp/greeting"];

beforeAll(idle);
afterAll(async () => {
  await output("agent1", `rm -f ${delivered}`);
  await runOn("compiler1", "agent1");
  await retire(branch);
});

it("a file of a module is delivered whatever letters are in its name", async () => {
  await commit(branch, {
    "site-modules/profile/files/grüße-日本.txt": "Grüße\n",
    "manifests/site.pp": `file { '${delivered}': source => 'puppet:///modules/profile/grüße-日本.txt' }\n`,
  });
  const { text } = await push(branch);
  expect(text).toMatch(/^success: /);
  for (const compiler of ["compiler1", "compiler2"]) {
    await output("agent1", `rm -f ${delivered}`);
    await runOn(compiler, "agent1", "--environment", branch);
    expect(await output("agent1", `cat ${delivered}`), compiler).toBe("Grüße");
  }
});
