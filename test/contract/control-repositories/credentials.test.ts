import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { renderRetireDeployKey } from "../../../templates/code-deployment/git-access.js";
import { CodeLab } from "../../support/contract/code-lab.js";
import {
  allowKeys,
  gitHost,
  makeKeys,
  otherHost,
  requestsOf,
  startGitServers,
} from "../../support/contract/git-servers.js";

const ssh = (path: string) => `git@${gitHost}:${path}.git`;
const https = (path: string, host = gitHost) => `https://${host}/${path}.git`;
const mod = (name: string, url: string) => `mod '${name}', :git => '${url}', :branch => 'main'\n`;
const manifest = { "manifests/site.pp": "node default {}\n" };

const keys = [
  { name: "one", keyType: "ed25519" },
  { name: "two", keyType: "ed25519" },
  { name: "alpha", keyType: "rsa" },
] as const;
const credentials = keys.map(({ name }) => ({ name, url: ssh(`org/${name}`) }));
const sources = [
  { name: "one", remote: ssh("org/one") },
  { name: "two", remote: `ssh://git@${gitHost}/org/two`, prefix: "two" },
];
const [teamToken, betaToken] = ["token-of-the-team", "token-of-beta/@:%"];
const tokens = [
  { url: `https://${gitHost}/team`, user: "deploy", token: teamToken },
  { url: https("team/beta"), user: "beta", token: betaToken },
];
const lets = { "/team/beta": `beta:${betaToken}`, "/team": `deploy:${teamToken}` };

describe.each(["r10k", "g10k"] as const)("%s", (tool) => {
  let lab: CodeLab;
  /** What no tool has a part in is tried with one. */
  const once = tool === "r10k" ? it : undefined;
  let publicKeys: Record<string, string>;
  const keyOf = (name: string) => publicKeys[name] ?? "";
  const allowed = () => keys.map(({ name }) => [`org/${name}`, keyOf(name)] as const);
  const repository = (path: string, files: Record<string, string>, branch = "main") =>
    lab.commit(branch, files, `/srv/${path}.git`);
  /** What the user that deploys gets of Git. */
  const git = (words: string) =>
    lab.run(
      `runuser --user puppet-code -- env HOME=/var/lib/puppet-code GIT_TERMINAL_PROMPT=0 git ${words} 2>&1 || true`,
    );

  beforeAll(async () => {
    lab = await CodeLab.start("credentials", tool, "puppet-code");
    publicKeys = await startGitServers(lab, keys, tokens, lets);
    for (const name of ["org/alpha", "team/alpha", "team/beta"]) {
      await repository(name, { "manifests/init.pp": `class ${name.slice(-5)} {}\n` });
    }
    await repository("org/one", { Puppetfile: mod("alpha", ssh("org/alpha")) }, "production");
    await repository("org/two", manifest, "production");
  });
  afterAll(() => lab.remove());

  describe("of two repositories and a module at one SSH server", () => {
    beforeEach(async () => {
      await allowKeys(lab, allowed());
      await lab.settings({ sources, credentials });
    });

    it("each is read with its own key, where the server knows each key for one only", async () => {
      const { outcome, errors } = await lab.deploy();
      expect({ outcome, errors }).toEqual({ outcome: "success", errors: [] });
      expect(await lab.served()).toEqual(["production", "two_production"]);
      expect(await lab.files()).toEqual(["Puppetfile", "modules/alpha/manifests/init.pp"]);
      expect(keyOf("alpha")).toMatch(/^ssh-rsa /);
    });

    once?.(
      "one that the server refuses is named with its key, and the other is deployed",
      async () => {
        await allowKeys(lab, allowed().slice(0, 1));
        await repository("org/one", { ...manifest, Puppetfile: "" }, "production");
        const { outcome, errors } = await lab.deploy();
        expect({ outcome, errors }).toEqual({
          outcome: "partial",
          errors: [
            `two: git@${gitHost}: Permission denied (publickey); Git denies this server access; its deploy key two is ${keyOf("two")}`,
          ],
        });
        // With the key of another repository.
        await allowKeys(lab, [
          ["org/one", keyOf("one")],
          ["org/one", keyOf("two")],
        ]);
        expect((await lab.deploy()).errors).toEqual([
          `two: ERROR: Repository not found; Git denies this server access; its deploy key two is ${keyOf("two")}`,
        ]);
        // With this server's own.
        await lab.settings({ sources });
        await allowKeys(lab, [["org/one", keyOf("main")]]);
        expect((await lab.deploy()).errors).toEqual([
          `two: ERROR: Repository not found; Git denies this server access; its deploy key is ${keyOf("main")}`,
        ]);
      },
    );

    it("a module that the server refuses is named with what to do", async () => {
      const beta = { Puppetfile: mod("beta", ssh("org/beta")) };
      await repository("org/two", beta, "production");
      await allowKeys(lab, allowed());
      const { errors } = await lab.deploy();
      expect(errors[0]).toMatch(
        /^two_production: .*Permission denied \(publickey\); give the module's key read access: it is in the output codeDeployKeys, or else codeDeployKey$/,
      );
      await repository("org/two", { ...manifest, Puppetfile: "" }, "production");
    });

    once?.(
      "a rotated key is the old one until the server has the new, and no rotation locks out",
      async () => {
        const retire = () =>
          lab.run(`bash -s 2>&1 || true`, renderRetireDeployKey("two", ssh("org/two")));
        expect(await retire()).toBe("");
        const { two = "", ...others } = await makeKeys(lab, keys);
        expect(others).toEqual({ one: keyOf("one"), alpha: keyOf("alpha") });
        expect(two).not.toBe(keyOf("two"));
        expect((await lab.deploy()).errors).toEqual([]);
        expect(await retire()).toBe(
          `git@${gitHost}: Permission denied (publickey); its Git server must accept the current key: ${two}`,
        );
        publicKeys = { ...publicKeys, two };
        await allowKeys(lab, allowed());
        expect((await lab.deploy()).errors).toEqual([]);
        // Another type is another key, and one that is no longer wanted is gone.
        const made = await makeKeys(lab, [{ name: "two", keyType: "rsa" }]);
        expect(made.two).toMatch(/^ssh-rsa /);
        expect((await lab.run("ls /etc/puppet-code/.ssh/keys")).split("\n")).toEqual([
          ...["two", "two.previous", "two.pub"],
        ]);
        publicKeys = { ...publicKeys, ...(await makeKeys(lab, keys)) };
      },
    );
  });

  describe("over HTTPS", () => {
    beforeEach(async () => {
      await requestsOf(lab);
    });

    it("each repository gets the token of the longest path, which nobody else can see", async () => {
      await repository(
        "team/control",
        { Puppetfile: mod("alpha", https("team/alpha")) + mod("beta", https("team/beta")) },
        "production",
      );
      await lab.settings({ sources: [{ name: "control", remote: https("team/control") }] });
      const deployed = await lab.deploy();
      expect(deployed).toMatchObject({ outcome: "success", errors: [] });
      const requests = await requestsOf(lab);
      const logins = (path: string) =>
        new Set(requests.filter((one) => one.path.startsWith(path)).map(({ login }) => login));
      expect(logins("/team/control.git")).toEqual(new Set(["-", lets["/team"]]));
      expect(logins("/team/alpha.git")).toEqual(new Set(["-", lets["/team"]]));
      expect(logins("/team/beta.git")).toEqual(new Set(["-", lets["/team/beta"]]));
      expect(requests.filter(({ seen }) => seen)).toEqual([]);
    });

    it("no token goes to another server, whatever a Puppetfile, a redirect or a submodule says", async () => {
      const elsewhere = mod("beta", https("asks/beta", otherHost));
      const moved = mod("gamma", https("moved/gamma"));
      await repository("team/control", { Puppetfile: elsewhere }, "production");
      await repository("team/control", { Puppetfile: moved }, "feature");
      await lab.settings({ sources: [{ name: "control", remote: https("team/control") }] });
      const deployed = await lab.deploy();
      expect([...deployed.notDeployed].sort()).toEqual(["feature", "production"]);
      expect(deployed.errors.join("\n")).toContain(
        "; set a token that may read the module in puppet:codeDeployment.credentials",
      );
      const submodule = `[submodule "a"]\n\tpath = a\n\turl = ${https("asks/alpha", otherHost)}\n`;
      await repository("team/parent", { ".gitmodules": submodule });
      const commit = await lab.git("rev-parse main", "/srv/team/alpha.git");
      await lab.run(`cd /srv/work && git update-index --add --cacheinfo 160000,${commit},a
        git commit --quiet --message sub && git push --quiet origin HEAD:main`);
      const said = await git(
        `-C /tmp clone --branch main --recurse-submodules ${https("team/parent")} parent-${tool}`,
      );
      expect(said).toContain("could not read Username");
      const requests = await requestsOf(lab);
      const others = requests.filter(({ host }) => host === otherHost);
      expect(new Set(others.map(({ path }) => path.split(".")[0]))).toEqual(
        new Set(["/asks/alpha", "/asks/beta", "/asks/gamma"]),
      );
      expect(new Set(others.map(({ login }) => login))).toEqual(new Set(["-"]));
      expect(requests.filter(({ seen }) => seen)).toEqual([]);
      expect(JSON.stringify(deployed) + said).not.toMatch(/token-of/);
    });

    it.each([
      ["without TLS", `http://${gitHost}/team/alpha.git`],
      ["at another port", `https://${gitHost}:8443/team/alpha.git`],
      ["beside its path", `https://${gitHost}/teams/alpha.git`],
      ["by a way out of its path", `https://${gitHost}/team/../other/alpha.git`],
    ])("no token goes %s", async (_, url) => {
      const fill = `runuser --user puppet-code -- env HOME=/var/lib/puppet-code GIT_TERMINAL_PROMPT=0 git credential fill 2>&1 || true`;
      const [protocol = "", rest = ""] = url.split("://");
      const [host = "", ...path] = rest.split("/");
      const asked = `protocol=${protocol}\nhost=${host}\npath=${path.join("/")}\n\n`;
      const said = await lab.run(fill, asked);
      expect(said).not.toContain("token-of");
      expect(said).toContain("could not read Username");
    });

    it("a token that the server refuses is named as a setting, and not shown", async () => {
      const url = `https://${gitHost}/team/beta/inner`;
      await lab.run(
        `sed -i 's,token-of-beta,wrong-token-of-beta,' /var/lib/puppet-code/.git-credentials`,
      );
      await lab.settings({
        sources: [{ name: "control", remote: url }],
        credentials: [{ name: "beta", url: https("team/beta") }],
      });
      const { errors } = await lab.deploy();
      expect(errors).toEqual([
        `control: fatal: Authentication failed for '${url}/'; set puppet:codeDeployment.credentials.beta.token to a token that may read it`,
      ]);
    });
  });
});
