import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { machineScripts, userData } from "../support/machine-scripts.js";
import { inParsers, onFile } from "../support/rendered/parsers.js";

const validate = (content: string) =>
  onFile('cloud-init schema --config-file "$1"', content, "user-data.yaml");
const scriptOf = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

describe.each(["user-data", "user-data with Session Manager"] as const)(
  "%s, read by cloud-init",
  (name) => {
    const good = machineScripts[name];

    it("is accepted", async () => {
      const { code, stdout, stderr } = await validate(good);
      expect(`${stdout}${stderr}`.trim()).toMatch(/^Valid schema \S+$/);
      expect(code).toBe(0);
    });

    it("has the host's key as it was generated", async () => {
      const script =
        "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)['ssh_keys']))";
      const { stdout } = await inParsers(["python3", "-c", script], good);
      expect(JSON.parse(stdout)).toEqual({
        ed25519_private: userData.hostKey.private,
        ed25519_public: userData.hostKey.public.trim(),
      });
    });

    it.each([
      ["keys that are a list", good.replace(/^ssh_keys:\n/m, "ssh_keys: []\nother:\n")],
      ["a key of another kind", good.replace("ed25519_private", "ed25519_secret")],
      ["no kinds of keys", good.replace(/^disable_root/m, "ssh_genkeytypes: []\ndisable_root")],
      ["a root that is a text", good.replace("disable_root: true", "disable_root: maybe")],
      ["no YAML", good.replace("hostname: ", "hostname: [")],
      ["another first line", good.replace("#cloud-config", "# cloud-config")],
    ])("is refused with %s", async (_, content) => {
      expect(content).not.toBe(good);
      expect(await validate(content)).toMatchObject({ code: 1 });
    });
  },
);

describe("the scripts of machines, read by their shells", () => {
  it.each([
    ["bash", "ready.sh", machineScripts["ready.sh"]],
    ["bash", "ready.sh with a volume", machineScripts["ready.sh with a volume"]],
    ["sh", "proxied-ssh.sh", scriptOf("hosts/proxied-ssh.sh")],
    ["sh", "ssh-keys.sh", scriptOf("platforms/ssh-keys.sh")],
  ])("%s takes %s", async (shell, _, content) => {
    expect(await onFile(`${shell} -n "$1"`, content)).toEqual({ code: 0, stdout: "", stderr: "" });
    // They also notice if something is missing.
    const broken = content.replace(/^(\s*)(done|fi|esac)\b/m, "$1");
    const { code } = await onFile(`${shell} -n "$1"`, broken === content ? `${content}(` : broken);
    expect(code).toBe(2);
  });
});

describe("ssh-keys.sh", () => {
  it("prints each pair of keys, which belong together", async () => {
    const { stdout } = await onFile(
      'PAIRS="client host" sh "$1"',
      scriptOf("platforms/ssh-keys.sh"),
    );
    const pairs = JSON.parse(stdout) as Record<string, { private: string; public: string }>;
    expect(Object.keys(pairs)).toEqual(["client", "host"]);
    for (const pair of Object.values(pairs)) {
      const { stdout: own } = await onFile(
        'chmod 0600 "$1" && ssh-keygen -y -f "$1"',
        pair.private,
      );
      expect(own).toBe(pair.public);
    }
    expect(pairs.client?.public).not.toBe(pairs.host?.public);
  });
});

/** A program in awk's place, where its words contain a text. */
const stubbed = (text: string, then: string) =>
  `case "$*" in *${text}*) ${then} ;; *) exec /usr/bin/awk "$@" ;; esac`;
const resolves = 'echo "10.0.0.1 $2"';

/** Runs the script that waits for a machine, on which everything is healthy except for these programs. */
const ready = (
  programs: Readonly<Record<string, string>>,
  content = machineScripts["ready.sh"],
) => {
  const all = {
    "cloud-init": "echo status: done",
    systemctl: "echo running",
    nproc: "echo 2",
    awk: stubbed("MemTotal", "echo 7000"),
    getent: resolves,
    install: "cat >/dev/null",
    ...programs,
  };
  const made = Object.entries(all).map(
    ([name, text]) =>
      `printf '%s\\n' '#!/bin/sh' '${text.replaceAll("'", "'\\''")}' >"$folder/bin/${name}" && chmod +x "$folder/bin/${name}"`,
  );
  const command = `mkdir "$folder/bin" && ${made.join(" && ")} && PATH="$folder/bin:$PATH" folder="$folder" bash -s <"$1"`;
  // Whatever it waits for, it waits for two seconds at most.
  return onFile(command, content.replace("SECONDS + $2", "SECONDS + ($2 > 2 ? 2 : $2)"));
};

describe("the script that waits for a machine", () => {
  const done = { code: 0, stdout: "main.example.test: ready\n", stderr: "" };

  it.each([
    ["is done", "echo status: done"],
    ["is done with warnings, which is exit code 2", "echo status: done; exit 2"],
    ["is disabled", "echo status: disabled"],
  ])("is content with a cloud-init that %s", async (_, cloudInit) => {
    expect(await ready({ "cloud-init": cloudInit })).toEqual(done);
  });

  it("accepts a system with a failed service", async () => {
    expect(await ready({ systemctl: "echo degraded; exit 1" })).toEqual(done);
  });

  it("waits for what is not ready, and says so", async () => {
    const later = (text: string, before: string) =>
      `test -e "$folder/$(basename "$0")" && { ${text}; exit; }; touch "$folder/$(basename "$0")"; ${before}`;
    expect(
      await ready({
        "cloud-init": later("echo status: done", "echo status: running"),
        systemctl: later("echo running", "echo starting; exit 1"),
        // Twice: for the message, and for the first try.
        getent: `test "$2" = puppet.example.test && times=$(cat "$folder/times" 2>/dev/null || echo 0) && echo $((times + 1)) >"$folder/times" && test $times -lt 2 && exit 2; ${resolves}`,
      }),
    ).toEqual({
      code: 0,
      stdout: [
        "main.example.test: waiting for cloud-init to end",
        "main.example.test: waiting for the boot to end",
        "main.example.test: waiting for these names in DNS: puppet.example.test",
        "main.example.test: ready\n",
      ].join("\n"),
      stderr: "",
    });
  });

  it.each([
    [
      "a cloud-init that failed, at once",
      { "cloud-init": "echo status: error; exit 1" },
      "cloud-init failed: status: error ",
    ],
    [
      "a cloud-init that does not end",
      { "cloud-init": "echo status: running" },
      "cloud-init has not ended within 900 s; cloud-init status --long on this machine says where it is",
    ],
    [
      "a boot that does not end",
      { systemctl: "echo starting; exit 1" },
      "the boot has not ended within 900 s; systemctl list-jobs on this machine shows what it waits for",
    ],
    [
      "too few cores",
      { nproc: "echo 1" },
      "it has 1 processor cores, but the settings say 2; correct the settings, or give it more",
    ],
    [
      "too little memory",
      { awk: "echo 6000" },
      "it has 6000 MiB of memory, but the settings say 7680; correct the settings, or give it more",
    ],
  ])("fails with %s", async (_, programs, sentence) => {
    expect(await ready(programs)).toMatchObject({
      code: 1,
      stderr: `main.example.test: ${sentence}\n`,
    });
  });

  it("fails with a name that does not come", async () => {
    const getent = `test "$2" = puppetca.example.test || ${resolves}`;
    const { code, stderr } = await ready({ getent });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^main\.example\.test: it cannot resolve puppetca\.example\.test; create an address record for each of these names that this machine's resolver can find \(name servers in \/etc\/resolv\.conf: .*\)\n$/,
    );
  });

  it.each([
    ["formats a volume that holds nothing", 2, true, true],
    ["formats no volume that holds something", 0, false, true],
    ["formats no volume of which nobody knows what it holds", 8, false, false],
  ])("%s", async (_, blkid, formats, goesOn) => {
    const result = await ready(
      {
        lsblk: "true",
        awk: stubbed("serial=", "echo /dev/nvme9n1; test -e /proc/self"),
        blkid: `case "$*" in --probe*) exit ${String(blkid)} ;; esac; echo uuid`,
        "mkfs.ext4": "echo formats >&2",
        mountpoint: "exit 1",
        mount: "true",
        mkdir: "true",
        cp: "true",
        mv: "true",
        rm: "true",
        nproc: "echo 9",
      },
      machineScripts["ready.sh with a volume"]
        .replaceAll("/etc/fstab", "$folder/fstab")
        // Memory is read by awk as well, which tells of a disk here.
        .replace(/^ {2}memory=.*\n.*\n/m, ""),
    );
    expect(result.stderr.includes("formats\n")).toBe(formats);
    expect(result.code).toBe(goesOn ? 0 : 1);
    if (!goesOn) {
      expect(result.stderr).toBe(
        "main.example.test: blkid ended with exit code 8 on /dev/nvme9n1, the volume vol0123456789abcdef0, so it was not formatted; check what is on it\n",
      );
    }
  });
});
