import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { hostNamed, remoteHost, requireCodeDeployment } from "../../../tools/lib/remote.js";
import { onlyPrograms, temporaryFolder } from "../../support/unit/programs.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** An `ssh` that notes its words, and has no repository. */
function notedSsh(): () => string[] {
  const folder = temporaryFolder();
  const notes = join(folder, "notes");
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\nprintf '%s\\n' "$@" >>'${notes}'\nexit 1\n`);
  chmodSync(join(folder, "ssh"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH ?? ""}`);
  return () => readFileSync(notes, "utf8").trimEnd().split("\n");
}

it.each([
  ["10.1.0.1", "admin@10.1.0.1"],
  ["fd00::1", "admin@fd00::1"],
])("Git and commands reach a host at %s, through a jump host", async (address, target) => {
  const login = { user: "admin", privateKey: "KEY", hostKey: "ssh-ed25519 AAAA" };
  const host = hostNamed(
    {
      hosts: { main: { fqdn: "main.example.test", address, roles: ["main"] } },
      connections: { main: { ...login, host: address, proxy: { ...login, host: address } } },
    },
    "main",
  );
  const words = notedSsh();
  expect((await host?.run("true"))?.code).toBe(1);
  expect(words()).toContain(target);
  expect(words().join("\n")).toContain(`'-W' '[%h]:%p' '${target}'`);

  const noted = words().length;
  await host?.git("/srv/control.git", (url) => ["ls-remote", url]);
  const again = words().slice(noted);
  expect(again).toContain(target);
  expect(again.at(-1)).toBe("git-upload-pack '/srv/control.git'");
});

it.each([
  ["printf yes", undefined],
  ["printf no", "main.example.test does not deploy code; set puppet:codeDeployment.tool"],
  [
    "echo 'admin@10.1.0.1: Permission denied (publickey).' >&2; exit 255",
    "main.example.test cannot be reached over SSH as root: admin@10.1.0.1: Permission denied (publickey).",
  ],
])(
  "a main server whose SSH says %j deploys code, or not, or is not reached",
  async (ssh, sentence) => {
    onlyPrograms({ ssh });
    const host = remoteHost(
      { fqdn: "main.example.test", address: "10.1.0.1" },
      { host: "10.1.0.1", user: "admin", privateKey: "KEY", hostKey: "ssh-ed25519 AAAA" },
    );
    const asked = requireCodeDeployment(host);
    await (sentence === undefined ? asked : expect(asked).rejects.toThrow(sentence));
  },
);
