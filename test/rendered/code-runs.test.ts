import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { commandAs } from "../../hosts/as-user.js";
import { renderRetireKey } from "../../templates/code-deployment/code-deployment.js";
import { controlUser, renderSeed } from "../../templates/control-repository/control-repository.js";
import { publicKeyOf } from "../support/infrastructure.js";
import { sharedCodeFiles } from "../support/host-files/code-files.js";
import { fileOf } from "../support/host-files/files.js";
import { inParsers, inRuby, onFile } from "../support/rendered/parsers.js";

const shared = await sharedCodeFiles();
const folder = fileURLToPath(new URL("../../templates/control-repository/files/", import.meta.url));
/** The files of the control repository: path => content. */
const files = Object.fromEntries(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path): [string, string] => [path.slice(folder.length), readFileSync(path, "utf8")]),
);

describe("SSH's files, read by OpenSSH", () => {
  const list = (content: string) => onFile('ssh-keygen -l -f "$1"', content);
  const names = ["main/authorized_keys", "main/known_hosts", "compiler/authorized_keys"];
  const all = [...names, "compiler/known_hosts", "control-repository/authorized_keys"];

  it.each([...all, "everything/known_hosts"])("%s has a key in each line", async (name) => {
    const content = fileOf(shared, name);
    const keys = content.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const { code, stdout } = await list(content);
    expect(code).toBe(0);
    expect(stdout.match(/^256 SHA256:\S{43} .* ?\(ED25519\)$/gm)).toHaveLength(keys.length);
    // A truncated key is invalid.
    const cut = await list(content.replace(/(ssh-ed25519 \S{30})\S*/g, "$1"));
    expect(cut).toMatchObject({ code: 255, stdout: "" });
  });

  it("known_hosts has the key of each server under its FQDN", async () => {
    for (const name of ["main", "compiler1", "compiler2"]) {
      const fqdn = `${name}.example.test`;
      const find = `ssh-keygen -F ${fqdn} -f "$1"`;
      const { stdout } = await onFile(find, fileOf(shared, "main/known_hosts"));
      expect(stdout.split("\n")[1]).toBe(`${fqdn} ${publicKeyOf(fqdn)}`);
      expect((await onFile(find, "# nobody\n")).code).toBe(1);
    }
  });

  it("ssh_config never prompts, and presents and trusts no other key", async () => {
    const read = (content: string) => onFile('ssh -T -G -F "$1" git.example.com', content);
    const content = fileOf(shared, "ssh_config");
    const { code, stdout, stderr } = await read(content);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")).toEqual(
      expect.arrayContaining([
        ...["user git", "batchmode yes", "identitiesonly yes", "stricthostkeychecking true"],
        "identityfile /etc/puppet-code/.ssh/id_ed25519",
        "userknownhostsfile /etc/puppet-code/.ssh/known_hosts",
      ]),
    );
    expect(stdout.match(/^identityfile /gm)).toHaveLength(1);
    const broken = await read(content.replace("BatchMode yes", "BatchMode perhaps"));
    expect(broken.code).toBe(255);
  });

  it("ssh_config presents the key before the last rotation after the new one", async () => {
    // The script that puts a key aside does so with the same name.
    const steps = [
      `sed -i "s#/etc/puppet-code/.ssh#$folder#" "$1"`,
      `echo old >"$folder/id_ed25519"`,
      `printf '%s' '${renderRetireKey()}' | sed "s#/etc/puppet-code/.ssh#$folder#" | sh -s`,
      `cat "$folder/id_ed25519.previous"`,
      `ssh -T -G -F "$1" git.example.com | sed -n "s#^identityfile $folder/##p"`,
    ];
    const content = fileOf(shared, "ssh_config");
    expect(await onFile(steps.join(" && "), content)).toEqual({
      code: 0,
      stdout: "old\nid_ed25519\nid_ed25519.previous\n",
      stderr: "",
    });
  });
});

describe("Git's files, read by Git", () => {
  it("the credential store has the token for the server, and for no other", async () => {
    const fill = (host: string) =>
      onFile(
        `printf 'protocol=https\\nhost=${host}\\n\\n' | GIT_TERMINAL_PROMPT=0 git -c credential.helper="store --file=$1" credential fill`,
        fileOf(shared, "everything/git-credentials"),
      );
    expect((await fill("git.example.org:8443")).stdout.split("\n")).toEqual(
      expect.arrayContaining(["username=x-access", "password=a-token-of-the-git-server"]),
    );
    for (const other of ["git.example.org", "git.example.com"]) {
      expect((await fill(other)).code, other).toBe(128);
    }
  });

  it("its configuration uses that store", async () => {
    const read = (content: string) =>
      onFile('git config --file "$1" --get credential.helper', content);
    const content = fileOf(shared, "everything/gitconfig");
    expect(await read(content)).toEqual({ code: 0, stdout: "store\n", stderr: "" });
    expect((await read(content.replace("]", ""))).code).toBe(128);
  });
});

describe("the control repository's files", () => {
  const ofType = (ending: string) =>
    Object.entries(files).filter(([name]) => name.endsWith(ending));

  it.each(ofType(".pp"))("%s is a manifest, and is none without a brace", async (_, content) => {
    const validate = (text: string) => onFile('puppet parser validate "$1"', text, "some.pp");
    expect(await validate(content)).toEqual({ code: 0, stdout: "", stderr: "" });
    const { code, stderr } = await validate(content.replace(/}\s*$/, ""));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("Syntax error") as unknown,
    });
  });

  it.each(ofType(".yaml"))("%s is the same for Ruby as for JavaScript", async (_, content) => {
    const read = (text: string) => inRuby('(require "yaml"; YAML.safe_load($stdin.read))', text);
    expect(await read(content)).toEqual(load(content));
    await expect(read(`${content}\n a: [`)).rejects.toThrow("SyntaxError");
  });

  it("Puppetfile is one, and is none with a word of its own", async () => {
    const check = (content: string) =>
      onFile('r10k puppetfile check --puppetfile "$1" 2>&1', content, "Puppetfile");
    const content = files.Puppetfile ?? "";
    expect((await check(content)).code).toBe(0);
    // The commented examples are valid as well.
    const used = content.replace(/^# {2,}/gm, "");
    expect(used).toMatch(/^mod /m);
    expect((await check(used)).code).toBe(0);
    expect((await check(`${content}module 'a'\n`)).code).toBe(1);
  });

  it.each(["r10k", "g10k"])("config_version.sh shows the commit that %s deployed", async (tool) => {
    const script = files["scripts/config_version.sh"] ?? "";
    const commit = "59b20b8d5c6ff8d09518454d4dd8b7b30f095ab5";
    const told = (path: string, json: string) =>
      onFile(
        `work=$(dirname "$1") && mkdir -p "$work/environments/production" && printf '%s' '${json}' >"$work/environments/production/${path}" && sh "$1" "$work/environments" production`,
        script,
      );
    const pretty = JSON.stringify({ name: "production", signature: commit }, undefined, 2);
    for (const json of [pretty, pretty.replace(/\s/g, "")]) {
      const { stdout } = await told(`.${tool}-deploy.json`, json);
      expect(stdout.trimEnd(), json).toBe(commit);
    }
    expect((await told("other.json", pretty)).stdout).toBe("");
  });
});

describe("the commands that create the control repository", () => {
  const share = "/tmp/seed-share";
  /** Temporary folder for the commands only. */
  const passing = "/tmp/seed-passing";
  const git = (repository: string, ...words: string[]) =>
    inParsers(["git", "-c", "safe.directory=*", "-C", repository, ...words]);
  /** As the host state runs them. */
  const seed = (repository: string, from = share) => {
    const command = commandAs(controlUser, renderSeed({ repository, share: from }));
    return inParsers(["env", `TMPDIR=${passing}`, "sh", "-c", command]);
  };

  beforeAll(async () => {
    const script = `
      JSON.parse($stdin.read).each do |name, content|
        path = File.join("${share}", name)
        FileUtils.mkdir_p(File.dirname(path))
        File.write(path, content, perm: name.start_with?("scripts/") ? 0o755 : 0o644)
      end`;
    await inParsers(["ruby", "-rjson", "-rfileutils", "-e", script], JSON.stringify(files));
    const folders = [passing, "/tmp/seed/control.git", "/tmp/seed/none.git"];
    await inParsers(["install", "-d", "-o", controlUser, ...folders]);
  });

  it("are those that are rendered, except for the folders", () => {
    expect(
      renderSeed({
        repository: "/var/lib/puppet-control/control.git",
        share: "/usr/local/share/puppet-control-repository",
      }),
    ).toBe(fileOf(shared, "control-repository/seed.sh"));
  });

  it("give a bare repository with both branches, and all files in each", async () => {
    const repository = "/tmp/seed/control.git";
    expect(await seed(repository)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await git(repository, "rev-parse", "--is-bare-repository")).stdout).toBe("true\n");
    expect((await git(repository, "symbolic-ref", "HEAD")).stdout).toBe("refs/heads/production\n");
    const refs = await git(repository, "for-each-ref", "--format=%(refname) %(objectname)");
    const [, commit = ""] = /production (\S+)/.exec(refs.stdout) ?? [];
    expect(refs.stdout).toBe(`refs/heads/development ${commit}\nrefs/heads/production ${commit}\n`);
    const tree = await git(repository, "ls-tree", "-r", "--format=%(objectmode) %(path)", commit);
    expect(tree.stdout.trimEnd().split("\n").sort()).toEqual(
      Object.keys(files)
        .map((name) => `${name.startsWith("scripts/") ? "100755" : "100644"} ${name}`)
        .sort(),
    );
    for (const [name, content] of Object.entries(files)) {
      expect((await git(repository, "show", `development:${name}`)).stdout).toBe(content);
    }
    expect((await git(repository, "fsck", "--strict")).code).toBe(0);
  });

  it("leave it to its user, without hooks, and nothing in the temporary folder", async () => {
    const look = `find /tmp/seed/control.git ! -user ${controlUser}; ls /tmp/seed/control.git/hooks; ls -A ${passing}`;
    expect(await inParsers(["sh", "-c", look])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("fail without the files, and leave nothing that looks like a repository", async () => {
    const { code, stderr } = await seed("/tmp/seed/none.git", "/tmp/none");
    expect(code).toBe(1);
    expect(stderr).toContain("/tmp/none");
    expect((await inParsers(["ls", "-A", "/tmp/seed/none.git"])).stdout).toBe("");
  });
});
