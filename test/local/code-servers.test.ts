import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { podmanNames } from "../../platforms/containers/names.js";
import { run } from "../../tools/lib/shell.js";
import { stateOf } from "../support/local/balancer.js";
import { as, commit, commitsOn, deleteBranch, idle, push, runOn } from "../support/local/code.js";
import { broken, deploying, servers, whole } from "../support/local/code-tool.js";
import {
  deploy,
  environment,
  exec,
  npmRun,
  output,
  settingsFile,
  until,
} from "../support/environment.js";

const podman = (...words: string[]) =>
  run(["podman", ...words, podmanNames.container(environment, "compiler2")]);

describe("code deployment", () => {
  beforeAll(idle);
  deploying("r10k");

  it("can be started by hand, with a table of the results", async () => {
    const all = await npmRun("deploy-code", "all", environment);
    expect(all.code, all.text).toBe(0);
    expect(all.text).toMatch(
      /success: all environments in [\d.]+ s\n\nserver +result +seconds +commits\n/,
    );
    for (const server of servers) {
      expect(all.text).toMatch(
        new RegExp(
          `^${server} +(deployed|unchanged) +[\\d.]+ +development [0-9a-f]{7}, production [0-9a-f]{7}$`,
          "m",
        ),
      );
    }
    const none = await npmRun("deploy-code", "nonesuch", environment);
    expect(none.code, none.text).toBe(1);
    expect(none.text).toMatch(/failure: nonesuch[^]*nonesuch/);
    const name = await npmRun("deploy-code", "../etc", environment);
    expect(name.text).toContain(
      '"../etc" is not a valid environment name; use letters, digits and underscores, or write all.',
    );
  });

  it("starts after a push to the environment's own repository, and shows the result to its author", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "pulumi-puppet-")), "control");
    const cloned = await npmRun("push", folder, environment);
    expect(cloned.code, cloned.text).toBe(0);
    const site = join(folder, "data/common.yaml");
    writeFileSync(
      site,
      readFileSync(site, "utf8").replace(/message: .*/, "message: pushed by hand"),
    );
    const unsaved = await npmRun("push", folder, environment);
    expect(unsaved.text).toContain("has uncommitted changes; commit them, and run this again.");
    const git = (...words: string[]) =>
      run(["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@localhost", ...words]);
    expect((await git("commit", "--quiet", "--all", "--message", "By hand")).code).toBe(0);
    const head = (await git("rev-parse", "HEAD")).stdout.slice(0, 12);
    const pushed = await npmRun("push", folder, environment);
    expect(pushed.text).toMatch(/production:[^]*(success: production|Requested)/);
    expect(pushed.code, pushed.text).toBe(pushed.text.includes("Requested") ? 3 : 0);
    await until(
      "it is everywhere",
      async () => (await commitsOn(servers)).every((one) => one === head),
      60,
    );
  });

  it("deletes branches on request, and accepts pushes only from clones of its repository", async () => {
    await commit("feature/two", {});
    await push("feature/two");
    expect(await commitsOn(["compiler1"], "feature_two")).not.toEqual([undefined]);
    const folder = join(mkdtempSync(join(tmpdir(), "pulumi-puppet-")), "control");
    await npmRun("push", folder, environment);
    const deleted = await npmRun("push", folder, environment, "--delete", "feature/two");
    expect(deleted.code, deleted.text).toBe(deleted.text.includes("Requested") ? 3 : 0);
    await until(
      "it is gone",
      async () => (await commitsOn(servers, "feature_two")).every((one) => one === undefined),
      60,
    );
    const other = await npmRun("push", "docs", environment);
    expect(other.code).toBe(1);
    expect(other.text).toContain(
      "docs is not a clone of the control repository; use a clone that npm run push",
    );
    const words = await npmRun("push", folder, environment, "--force");
    expect(words.text).toContain("These arguments are invalid; write npm run push");
  });

  it("keeps an environment created by hand on one server, but leaves no other one behind", async () => {
    const folder = "/etc/puppet/code/environments/mine";
    await output(
      "compiler2",
      `mkdir -p ${folder}/manifests && echo '# Mine.' >${folder}/manifests/site.pp`,
    );
    const mine = (await commit("mine", {})).slice(0, 12);
    const head = (
      await commit("production", {
        "data/common.yaml": "role: role::base\nprofile::motd::message: past it\n",
      })
    ).slice(0, 12);
    await push("production");
    const { text } = await push("mine");
    expect(text).toMatch(
      /^partial: [^]*^compiler2  failed .*environments\/mine on compiler2\.example\.test holds code that was not deployed/m,
    );
    expect(await commitsOn(servers, "mine")).toEqual([mine, mine, undefined]);
    expect(await commitsOn(servers)).toEqual([head, head, head]);
    expect(await runOn("compiler2", "agent1")).toContain(`configuration version '${head}`);
    await output("compiler2", `rm -r ${folder}`);
    expect((await push("mine")).text).toMatch(/^success: /);
    await deleteBranch("mine");
    await push("mine", { deleted: true });
  });

  it("keeps an environment that an agent uses, until the agent uses another", async () => {
    await commit("feature/used", {});
    await push("feature/used");
    await runOn("compiler1", "agent1", "--environment", "feature_used");
    await deleteBranch("feature/used");
    const { text } = await push("feature/used", { deleted: true, after: "0".repeat(40) });
    expect(text).toMatch(/^partial: /);
    expect(text).toContain("is kept, because agent1.example.test ran with it last.");
    // The deploying user has the answer, and no way to the key that it was asked with.
    expect(await as("puppet-code", "cat /var/lib/puppet/ssl/private_keys/* 2>&1 || true")).toMatch(
      /Permission denied/,
    );
    expect(await runOn("compiler2", "agent1", "--environment", "feature_used", "--noop")).toContain(
      "Applying configuration version",
    );
    // To others it is no fault.
    const other = await push("production");
    expect(other.text).toMatch(/^success: [^]*^feature_used: .*agent1\.example\.test ran with it/m);
    expect(await commitsOn(servers, "feature_used")).not.toContain(undefined);
    await runOn("compiler1", "agent1");
    await until(
      "a deploy removes it",
      async () => {
        const { text } = await push("production");
        return text.startsWith("success: ") && !text.includes("feature_used");
      },
      60,
    );
    expect(await commitsOn(servers, "feature_used")).toEqual(servers.map(() => undefined));
  });

  it("follows the old settings again once new ones have failed", async () => {
    const settings = settingsFile({ codeDeployment: { tool: "g10k" } });
    // Nothing at all can be deployed then; one fault alone would be a warning.
    const branches = ["production", "development"];
    onTestFinished(async () => {
      for (const branch of branches) await commit(branch, whole);
      await push("production");
    });
    for (const branch of branches) await commit(branch, broken);
    const failed = await deploy(settings);
    expect(failed.code).not.toBe(0);
    expect(failed.text).toMatch(/main\.example\.test: .*srv\/nowhere/);
    const inForce = () => output("main", "ls /etc/puppet-code");
    expect(await inForce()).toContain("r10k.yaml");
    expect(await inForce()).not.toContain("g10k.yaml");
    await commit("development", whole);
    const back = await deploy(inject("deployment").settings);
    expect(back.code, back.text).toBe(0);
    expect(back.text).toMatch(/some code could not be deployed[^]*production: .*srv\/nowhere/);
    await commit("production", whole);
    expect((await push("production")).text).toMatch(/^success: /);
    const again = await deploy(inject("deployment").settings);
    expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
  });

  it("uses keys that allow only one command each", async () => {
    const ssh = (words: string) =>
      as("puppet-code", `timeout 30 ${words} </dev/null 2>&1; echo "exit code $?"`);
    // This runs whatever command is requested.
    expect(await ssh("ssh puppet-code@compiler1.example.test 'cat /etc/shadow'")).toMatch(
      /^\{"state":"unchanged"/,
    );
    expect(await ssh("ssh -tt puppet-code@compiler1.example.test")).not.toContain("$");
    expect(
      await ssh("scp -O puppet-code@compiler1.example.test:/etc/passwd /tmp/stolen"),
    ).not.toContain("exit code 0");
    expect(
      await ssh("scp puppet-code@compiler1.example.test:/etc/passwd /tmp/stolen"),
    ).not.toContain("exit code 0");
    expect(await ssh("sftp puppet-code@compiler1.example.test")).not.toContain("exit code 0");
    expect(
      await ssh("ssh -W compiler1.example.test:8140 puppet-code@compiler1.example.test"),
    ).toMatch(/administratively prohibited|exit code 255/);
    expect(
      await ssh(
        "ssh -R 9999:localhost:22 -o ExitOnForwardFailure=yes puppet-code@compiler1.example.test",
      ),
    ).not.toContain("exit code 0");
    expect(await ssh("ssh root@compiler1.example.test true")).toContain("exit code 255");
    expect(await output("main", "ls /tmp/stolen 2>&1 || true")).toContain("No such file");

    const back = async (words: string) =>
      (
        await exec("compiler1", [
          "runuser",
          "--user",
          "puppet-code",
          "--",
          "sh",
          "-c",
          `timeout 30 ${words} </dev/null 2>&1; echo "exit code $?"`,
        ])
      ).stdout;
    const main = "puppet-code@main.example.test";
    expect(await back(`ssh ${main} id`)).not.toContain("uid=");
    expect(await back(`rsync ${main}:../../../etc/passwd /tmp/`)).not.toContain("exit code 0");
    expect(await back(`rsync /etc/passwd ${main}:passwd`)).not.toContain("exit code 0");
    expect(await back(`rsync ${main}:published.json /tmp/`)).toContain("exit code 0");
  });

  describe("while a compiler is down", () => {
    // Whatever the result, other tests need the compiler.
    afterAll(async () => {
      expect((await podman("start")).code).toBe(0);
      await until("compiler2 serves", async () => (await stateOf("compiler2")) === "UP", 120);
    });

    it("names the compiler, which updates its code by itself before it serves", async () => {
      // Its services get time to stop: Puppet Server may take longer than Podman's ten seconds.
      const stopped = await podman("stop", "--time", "90");
      expect(stopped.code, stopped.stderr).toBe(0);
      const head = await commit("production", {
        "data/common.yaml": "role: role::base\nprofile::motd::message: missed\n",
      });
      const { text } = await push("production");
      expect(text).toMatch(/^partial: [^]*^compiler2  unreachable/m);
      const hand = await npmRun("deploy-code", "production", environment);
      expect(hand.code).toBe(2);
      expect(hand.text).toMatch(
        /^partial: [^]*^compiler2 +unreachable[^]*^compiler2: .*compiler2/m,
      );
      expect(await commitsOn(["main", "compiler1"])).toEqual(
        [head, head].map((one) => one.slice(0, 12)),
      );

      expect((await podman("start")).code).toBe(0);
      const seconds = await until(
        "compiler2 serves",
        async () => (await stateOf("compiler2")) === "UP",
        120,
      );
      console.log(`a compiler that was down serves after ${seconds.toFixed(0)} s`);
      expect(await commitsOn(["compiler2"])).toEqual([head.slice(0, 12)]);
      // Switched before the server started, not after.
      const started = await output(
        "compiler2",
        'date --date "$(systemctl show --property ActiveEnterTimestamp --value puppetserver)" +%s',
      );
      const switched = await output(
        "compiler2",
        "stat --format %Z /etc/puppet/code/environments/production",
      );
      expect(Number(switched)).toBeLessThanOrEqual(Number(started));
    });
  });
});
