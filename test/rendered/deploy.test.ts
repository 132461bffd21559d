import { beforeAll, describe, expect, it } from "vitest";
import {
  renderLibrary,
  renderMainLibrary,
  renderMainSettings,
  renderToolConf,
} from "../../templates/code-deployment/code-deployment.js";
import { codeFilesOf } from "../support/host-files/code-files.js";
import { inParsers } from "../support/rendered/parsers.js";

describe("the script that deploys", () => {
  const requests = "/var/lib/puppet-code-request/new";
  const results = "/var/lib/puppet-code-request/result";
  const settings = (remotes: readonly string[] = []) => {
    const values = {
      ...{ name: "main", fqdn: "main.example.test", environments: "/tmp/environments" },
      ...{
        tool: "r10k" as const,
        defaultEnvironment: "production",
        gate: "syntax",
        poolSize: 4,
        generateTypes: false,
      },
      ...{ compilers: [], postRun: [], puppet: "/usr/bin/puppet", puppetConf: "/dev/null" },
      sources: remotes.map((remote) => ({ name: "control", remote })),
    };
    return Promise.all([
      install("/etc/puppet-code/settings.json", renderMainSettings(values)),
      install("/etc/puppet-code/r10k.yaml", renderToolConf(values)),
    ]);
  };
  const install = (path: string, content: string) =>
    inParsers(["install", "-D", "-m", "0755", "/dev/stdin", path], content);

  beforeAll(async () => {
    const { "main/puppet-code-deploy": deploy = "" } = await codeFilesOf("debian");
    await install("/tmp/deploy-test", deploy);
    const library = { "puppet_code.rb": renderLibrary(), ...renderMainLibrary() };
    for (const [name, content] of Object.entries(library)) {
      await install(`/usr/local/lib/puppet-code/${name}`, content);
    }
    await settings();
    const folders = ["staging", "mirrors", "published"].map(
      (name) => `/var/lib/puppet-code/${name}`,
    );
    await inParsers(["mkdir", "-p", "/tmp/environments", requests, results, ...folders]);
  });

  it.each([
    "null",
    "5",
    "1.5",
    "true",
    '"text"',
    "[]",
    "{",
    "",
    '{"environments":[5,"../../etc"]}',
  ])("does away with a request that says %s, and ends", async (content) => {
    await install(`${requests}/1-one`, content);
    // It might be half written otherwise.
    await inParsers(["touch", "--date=-1 minute", `${requests}/1-one`]);
    const { code, stderr } = await inParsers(["timeout", "20", "/tmp/deploy-test"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect((await inParsers(["ls", "-A", requests])).stdout).toBe("");
  });

  it.each([
    ["a pipe that nobody writes to", "mkfifo $REQUEST"],
    ["a link to a file of root's", "ln -s /etc/shadow $REQUEST"],
    ["a link that leads nowhere", "ln -s /nowhere $REQUEST"],
    ["a folder", "mkdir -p $REQUEST/a"],
    ["a socket", `ruby -rsocket -e 'UNIXServer.new(ENV["REQUEST"])'`],
    ["a file too long", "truncate --size=1G $REQUEST; touch --date='-1 minute' $REQUEST"],
    ["a file of the future", "touch --date='+1 year' $REQUEST"],
  ])("does away with %s among the requests, and says so", async (_, make) => {
    const request = `${requests}/1-odd`;
    await inParsers(["env", `REQUEST=${request}`, "sh", "-ec", make]);
    await install(`${requests}/2-good`, '{"all":true}');
    const { code, stdout } = await inParsers(["timeout", "20", "/tmp/deploy-test"]);
    expect(code).toBe(0);
    expect(stdout).toContain('<4>removed "1-odd" from the requests: ');
    expect(stdout).not.toContain("root:");
    // The others are deployed.
    expect(stdout).toContain("all environments");
    expect((await inParsers(["ls", "-A", requests])).stdout).toBe("");
  });

  it("has the tool speak English, as it looks for errors by their words", async () => {
    const repository = "/tmp/deploy-english";
    await inParsers([
      ...["sh", "-c"],
      `git init --quiet --initial-branch=production ${repository} && cd ${repository} && git -c user.name=t -c user.email=t@localhost commit --quiet --allow-empty --message test`,
    ]);
    const told = `#!/bin/sh\nprintf 'ERROR\\t -> fatal: %s %s\\n' $LC_ALL "\${LANGUAGE-none}"; exit 1\n`;
    await install("/tmp/deploy-english/bin/r10k", told);
    await settings([repository]);
    await install(`${requests}/1-all`, '{"all":true}');
    const german = ["env", "LC_ALL=de_DE.UTF-8", "LANGUAGE=de"];
    const path = `PATH=${repository}/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
    await inParsers([...german, path, "timeout", "20", "/tmp/deploy-test"]);
    await settings();
    const { stdout } = await inParsers(["cat", `${results}/deployment.json`]);
    expect(JSON.parse(stdout)).toMatchObject({
      errors: ["production: fatal: C.UTF-8 none"],
    });
  });

  describe("with r10k", () => {
    interface Result {
      outcome: string;
      servers: { state: string; error?: string; commits: Record<string, string> }[];
    }
    /** Puppet Server's answer to the request to reload its environments; none at all with `undefined`. */
    const answering = (answer: string | undefined) => {
      const socket = "/run/puppet-code-flush.sock";
      const unit = "rendered-flush";
      const serve = `require "socket"; server = UNIXServer.new("${socket}"); loop { one = server.accept; one.write(ARGV[0]); one.close }`;
      const start = `systemd-run --quiet --collect --unit=${unit} ruby -e '${serve}' "$1" && timeout 10 sh -c 'until test -S ${socket}; do sleep 0.1; done'`;
      const stop = `systemctl stop ${unit} 2>/dev/null; rm -f ${socket}`;
      const script = answer === undefined ? stop : `${stop}; ${start}`;
      return inParsers(["sh", "-c", script, "sh", answer ?? ""]);
    };
    const git = (words: string) =>
      inParsers([
        "sh",
        "-c",
        `cd /tmp/deploy/control && git -c user.name=t -c user.email=t@localhost ${words}`,
      ]);
    const commit = async () => {
      await git("commit --quiet --allow-empty --message test");
      return (await git("rev-parse HEAD")).stdout.trim();
    };
    const deployed = async (): Promise<Result> => {
      await install(`${requests}/1-one`, '{"all":true}');
      const { code, stderr } = await inParsers([
        "env",
        "HOME=/root",
        "timeout",
        "60",
        "/tmp/deploy-test",
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return JSON.parse((await inParsers(["cat", `${results}/deployment.json`])).stdout) as Result;
    };

    beforeAll(async () => {
      await settings(["/tmp/deploy/control"]);
      await inParsers([
        "git",
        "init",
        "--quiet",
        "--initial-branch=production",
        "/tmp/deploy/control",
      ]);
      await commit();
    });

    it("switches to new code, and says when there is none", async () => {
      await answering("");
      const head = await commit();
      expect(await deployed()).toMatchObject({
        outcome: "success",
        servers: [{ state: "deployed", commits: { production: head } }],
      });
      expect(await deployed()).toMatchObject({
        outcome: "success",
        servers: [{ state: "unchanged" }],
      });
    });

    it("needs no answer from a Puppet Server that does not run", async () => {
      await answering("curl: (7) Failed to connect");
      await commit();
      expect(await deployed()).toMatchObject({
        outcome: "success",
        servers: [{ state: "deployed" }],
      });
    });

    it("reports that Puppet Server did not reload its environments, and retries the next time", async () => {
      await answering("curl: (28) Operation timed out");
      await commit();
      expect(await deployed()).toMatchObject({
        outcome: "partial",
        servers: [
          {
            state: "failed",
            error: "Puppet Server did not reload its environments: curl: (28) Operation timed out",
          },
        ],
      });
      await answering(undefined);
      expect((await deployed()).servers[0]?.error).toContain("No such file or directory");
      await answering("");
      expect(await deployed()).toMatchObject({ outcome: "success" });
      expect((await inParsers(["ls", "/var/lib/puppet-code"])).stdout).not.toContain(
        "flush-pending",
      );
    });

    it("leaves a folder that somebody created, and deploys all other environments", async () => {
      await install("/tmp/environments/mine/manifests/site.pp", "# Mine.\n");
      await git("branch mine");
      const head = await commit();
      const { outcome, servers } = await deployed();
      expect(outcome).toBe("partial");
      expect(servers[0]?.error).toContain(
        "/tmp/environments/mine on main.example.test holds code that was not deployed",
      );
      expect(servers[0]?.commits).toEqual({ production: head });
      await inParsers(["rm", "-r", "/tmp/environments/mine"]);
      expect((await deployed()).outcome).toBe("success");
    });
  });
});
