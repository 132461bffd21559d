import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { absenceAs, copyAs, directoryAs, fileAs } from "../../hosts/as-user.js";
import { renderConvergeScript } from "../../hosts/host-configuration.js";
import { execOf, type HostState } from "../../hosts/host-state.js";
import { inParsers, outputOf as sh } from "../support/rendered/parsers.js";

/** A folder that the user `puppet` owns, in a folder of root's. */
const folder = "/var/lib/as-user";
/** What only root may read. */
const canary = "/root/canary";

const converge = (state: HostState) =>
  inParsers(
    ["bash", "-s"],
    renderConvergeScript("trial", "trial.example.test", distributions.debian, state as never),
  );
const asPuppet = (command: string) => sh(`runuser --user puppet -- sh -ec '${command}'`);
const untouched = async () => {
  expect(await sh(`stat --format '%U %a' ${canary}; cat ${canary}`)).toBe("root 600\ncanary");
};

// Each test runs Puppet up to three times.
describe("a folder of another user, where root follows no link", { timeout: 180_000 }, () => {
  beforeAll(async () => {
    await sh(`install -m 0600 /dev/null ${canary}; echo canary >${canary}`);
  });
  beforeEach(async () => {
    await sh(
      `rm -rf ${folder} /etc/as-user /var/lib/as-user-told; mkdir /etc/as-user; install -d -o puppet -g puppet ${folder}`,
    );
  });

  it("gives nobody what a link at Puppet's certs/ca.pem leads to, when root runs Puppet", async () => {
    const certs = `${distributions.debian.paths.ssldir}/certs`;
    await asPuppet(`mkdir -p ${certs}; ln -sfn ${canary} ${certs}/ca.pem`);
    expect((await converge([])).code).toBe(0);
    await untouched();
    await asPuppet(`rm ${certs}/ca.pem`);
  });

  it("has files, folders and copies as they should be, and a change tells a service once", async () => {
    await asPuppet(
      `cd ${folder}; ln -s ${canary} file; ln -s /root folder; ln -s ${canary} gone; echo key >key`,
    );
    const notify = "Exec[told]";
    const state = [
      ...fileAs("puppet", `${folder}/file`, "it's $HOME\n", { notify }),
      directoryAs("puppet", `${folder}/folder`, { mode: "0750" }),
      ...fileAs("puppet", `${folder}/folder/secret`, "s\n", { mode: "0600", sensitive: true }),
      absenceAs("puppet", `${folder}/gone`, { notify }),
      ...copyAs("puppet", "/etc/as-user/key", `${folder}/key`, { mode: "0640", notify }),
      execOf("told", ["sh", "-c", "echo told >>/var/lib/as-user-told"], { refreshonly: true }),
    ];
    const found = () =>
      sh(
        `cd ${folder}; stat --format '%n %F %U %a' * folder/* /etc/as-user/key; cat file folder/secret /etc/as-user/key /var/lib/as-user-told`,
      );
    const files = [
      "file regular file puppet 644",
      "folder directory puppet 750",
      "key regular file puppet 644",
      "folder/secret regular file puppet 600",
      "/etc/as-user/key regular file root 640",
    ];
    expect((await converge(state)).code).toBe(0);
    expect(await found()).toBe([...files, "it's $HOME", "s", "key", "told"].join("\n"));
    await untouched();
    // Only what differs is written: a mode, and a key.
    await asPuppet(`cd ${folder}; chmod 0644 folder/secret`);
    expect((await converge(state)).code).toBe(0);
    expect(await found()).toBe([...files, "it's $HOME", "s", "key", "told"].join("\n"));
    await asPuppet(`echo other >${folder}/key`);
    expect((await converge(state)).code).toBe(0);
    expect(await found()).toBe([...files, "it's $HOME", "s", "other", "told", "told"].join("\n"));
  });

  it("ends the run where a link would have it write elsewhere", async () => {
    await asPuppet(`ln -s ${canary} ${folder}/a.new`);
    const { code, stderr } = await converge(fileAs("puppet", `${folder}/a`, "a\n"));
    expect(code).toBe(1);
    expect(stderr).toContain("Permission denied");
    await untouched();
  });

  it.each([
    ["a link to root's file", `ln -s ${canary} ${folder}/key`],
    ["an empty file", `touch ${folder}/key`],
    ["a named pipe", `mkfifo ${folder}/key`],
  ])("does not copy %s", async (_, make) => {
    await asPuppet(make);
    const { code, stdout, stderr } = await converge(
      copyAs("puppet", "/etc/as-user/key", `${folder}/key`),
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`read ${folder}/key`);
    expect(stdout + stderr).not.toContain("canary\n");
    expect(await sh("ls /etc/as-user")).toBe("");
  });
});
