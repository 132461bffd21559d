import { beforeAll, describe, expect, it } from "vitest";
import { repositoryOf } from "../../../templates/code-deployment/git-url.js";
import { run } from "../../../tools/lib/shell.js";
import { codeFilesOf, sharedCodeFiles } from "../../support/host-files/code-files.js";
import { fileOf, type Files } from "../../support/host-files/files.js";
import { secretsIn } from "../../support/infrastructure.js";
import { allFiles, expectWellRendered } from "../../support/unit/rendered-files.js";

/** The rendered files of code deployment, by the distribution and the file's name; `all` is for every distribution. */
let files: Files = {};
const file = (name: string) => fileOf(files, name);

beforeAll(async () => {
  files = await allFiles(sharedCodeFiles, codeFilesOf);
});

describe("every rendered file of code deployment", () => {
  it("is as it was, and whole", async () => {
    expect(Object.keys(files)).toHaveLength(36 + 3 * 16);
    await expectWellRendered(files, "__snapshots__/rendered/code");
  });

  it("says in its header what generated it, where people will find it on a host", () => {
    const found = Object.entries(files).filter(
      // Those of Git and of JSON have no comments, or none that would be kept.
      ([name]) => !/\.sh$|\.json$|\/git[a-z-]+$/.test(name),
    );
    for (const [name, content] of found) {
      expect(content.replace(/^#!.*\n/, "").split("\n")[0], name).toBe(
        "# Made by pulumi-puppet: change the stack's settings, not this file.",
      );
    }
    expect(found).toHaveLength(28 + 3 * 14);
  });

  it("contains the webhook's secret only where signatures are checked and created", () => {
    const holding = Object.entries(files).filter(([, content]) =>
      secretsIn(content).includes("webhookSecret"),
    );
    expect(holding.map(([name]) => name).sort()).toEqual([
      "all/control-repository/webhook.json",
      "all/webhook/hooks.yaml",
    ]);
  });

  it("is a script that Bash can read, where it is one", async () => {
    for (const name of [
      ...["all/identity.sh", "all/deploy-keys.sh", "all/retire-deploy-key.sh"],
      "all/control-repository/seed.sh",
    ]) {
      const { code, stderr } = await run(["bash", "-n"], { stdin: file(name) });
      expect({ code, stderr }, name).toEqual({ code: 0, stderr: "" });
    }
  });
});

describe("settings.json", () => {
  const read = (name: string): unknown => JSON.parse(file(name));

  it("of the main server says how r10k runs, for the requested environments", () => {
    expect(read("debian/main/settings.json")).toEqual({
      name: "main",
      fqdn: "main.example.test",
      environments: "/etc/puppet/code/environments",
      tool: "r10k",
      toolFile: "/etc/puppet-code/r10k.yaml",
      defaultEnvironment: "production",
      gate: "syntax",
      puppetConf: "/etc/puppet/puppet.conf",
      variables: {},
      sources: [
        {
          name: "control",
          remote: "ssh://puppet-control@main.example.test/var/lib/puppet-control/control.git",
          repository: "var/lib/puppet-control/control",
          prefix: "",
        },
      ],
      compilers: ["compiler1", "compiler2"].map((name) => ({
        name,
        fqdn: `${name}.example.test`,
      })),
      postRun: [],
      puppetdb: true,
      generateTypes: [
        ...["/usr/bin/puppet", "generate", "types"],
        ...["--config", "/etc/puppet/puppet.conf"],
      ],
    });
  });

  it("of the main server says how g10k runs, and Puppet after it for the types", () => {
    expect(read("all/everything/settings.json")).toMatchObject({
      tool: "g10k",
      toolFile: "/etc/puppet-code/g10k.yaml",
      variables: {
        http_proxy: "http://proxy.example.test:3128",
        https_proxy: "http://proxy.example.test:3128",
      },
      sources: [
        {
          name: "control",
          remote: "https://git.example.org:8443/Org/control.git",
          repository: "org/control",
          prefix: "",
        },
        {
          name: "shared",
          remote: "git@git.example.com:org/shared.git",
          repository: "org/shared",
          prefix: "shared_",
        },
      ],
      postRun: [["/usr/local/sbin/tell", "that it is done"]],
      generateTypes: [
        ...["/usr/bin/puppet", "generate", "types"],
        ...["--config", "/etc/puppet/puppet.conf"],
      ],
    });
  });

  it("of a compiler says where code comes from", () => {
    expect(read("openvox8/compiler/settings.json")).toEqual({
      name: "compiler1",
      fqdn: "compiler1.example.test",
      environments: "/etc/puppetlabs/code/environments",
      leaves: false,
      main: "main.example.test",
    });
  });
});

describe("the repository that a Git server names", () => {
  it.each([
    ["git@git.example.com:Org/Control.git", "org/control"],
    ["git@git.example.com:/srv/git/control.git", "srv/git/control"],
    ["ssh://git@git.example.com:2222/org/control.git", "org/control"],
    ["ssh://git@git.example.com//srv/control.git/", "srv/control"],
    ["https://git.example.com/group/sub/control", "group/sub/control"],
    ["https://git.example.com/scm/KEY/control.git", "scm/key/control"],
    ["https://git.example.com/org/control.github", "org/control.github"],
    ["https://dev.azure.com/Org/My%20Project/_git/Control", "org/my project/control"],
    ["https://org@dev.azure.com/org/project/_git/control", "org/project/control"],
    ["https://dev.azure.com/org/_git/control", "org/control/control"],
    ["git@ssh.dev.azure.com:v3/org/My%20Project/control", "org/my project/control"],
    ["https://org.visualstudio.com/project/_git/control", "project/control"],
    ["https://org.visualstudio.com/DefaultCollection/project/_git/control", "project/control"],
    ["https://org.visualstudio.com/_git/control", "control/control"],
    ["org@vs-ssh.visualstudio.com:v3/org/project/control", "org/project/control"],
    ["https://tfs.example.com/tfs/Team/project/_git/control", "tfs/team/project/control"],
    ["ssh://tfs.example.com:22/tfs/Team/project/_git/control", "tfs/team/project/control"],
    ["https://dev.azure.com/org/100%/_git/control", "org/100%/control"],
    ["git@git.example.com:v3/control.git", "v3/control"],
  ])("is of %s: %s", (remote, repository) => {
    expect(repositoryOf(remote)).toBe(repository);
  });
});
