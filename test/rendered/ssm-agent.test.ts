import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { machineScripts } from "../support/machine-scripts.js";
import { onFile } from "../support/rendered/parsers.js";
import { signedPackage } from "../support/rendered/signed-package.js";

interface UserData {
  readonly write_files: readonly { path: string; content: string; encoding?: string }[];
  readonly runcmd: readonly (readonly string[])[];
}
const { write_files: files, runcmd } = load(
  machineScripts["user-data with Session Manager"],
) as UserData;
const contentOf = (name: string) => files.find(({ path }) => path.endsWith(`/${name}`))?.content;

const url =
  "https://s3.eu-central-1.amazonaws.com/amazon-ssm-eu-central-1/latest/debian_arm64/amazon-ssm-agent.deb";

/** What a machine has or gets, with what differs from a good one. */
interface Machine {
  readonly content?: string;
  readonly signature?: string;
  readonly key?: string;
  readonly programs?: Readonly<Record<string, string>>;
}

/** Runs the script on a machine with stand-ins for Amazon, dpkg and systemd, and with Debian's own sqv. */
function install({ content, signature, key, programs = {} }: Machine = {}) {
  const good = signedPackage;
  const written = {
    "sent.deb": Buffer.from(content ?? good.content).toString("base64"),
    "sent.sig": signature ?? good.signature,
    "key.gpg": key ?? good.key,
    "policy.toml": Buffer.from(contentOf("policy.toml") ?? "").toString("base64"),
  };
  const all = {
    curl: 'for last; do :; done; echo "$last"; while [ "$1" != --output ]; do shift; done; case $2 in *.sig) cp sent.sig "$2" ;; *) cp sent.deb "$2" ;; esac',
    dpkg: 'echo "dpkg $* $(cat "$2")"',
    systemctl: 'echo "systemctl $*"',
    ...programs,
  };
  const steps = [
    'cd "$folder" && mkdir bin && cp "$1" install.sh',
    ...Object.entries(written).map(([name, text]) => `echo ${text} | base64 --decode >${name}`),
    ...Object.entries(all).map(
      ([name, text]) =>
        `printf '%s\\n' '#!/bin/sh' '${text.replaceAll("'", "'\\''")}' >bin/${name} && chmod +x bin/${name}`,
    ),
    `PATH="$folder/bin:$PATH" sh "$folder/install.sh" ${runcmd[0]?.slice(2).join(" ") ?? ""}`,
  ];
  return onFile(steps.join(" && "), contentOf("install.sh") ?? "");
}

const refusal = `the agent of Session Manager is not installed: ${url} is not signed with the key that Amazon publishes\n`;

describe("the agent of Session Manager", () => {
  beforeAll(() => {
    expect(runcmd[0]?.slice(0, 2)).toEqual(["sh", "/run/ssm-agent/install.sh"]);
  });

  it("is installed if the key has signed it", async () => {
    const { code, stdout } = await install();
    expect(stdout.split("\n").filter((line) => !/^[0-9A-F]{40}$/.test(line))).toEqual([
      url,
      `${url}.sig`,
      `dpkg --install amazon-ssm-agent.deb the package`,
      "systemctl enable --now amazon-ssm-agent",
      "",
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ["a different package", { content: "something else\n" }],
    ["a truncated package", { content: signedPackage.content.slice(0, -2) }],
    ["no signature", { signature: "" }],
    ["something that is no signature", { signature: "bm8gc2lnbmF0dXJl" }],
    ["the signature of a different key", { key: contentOf("key.gpg") ?? "" }],
  ])("is not installed with %s", async (_, machine) => {
    const { code, stdout, stderr } = await install(machine);
    expect(code).toBe(1);
    expect(stderr).toContain(refusal);
    expect(stdout).not.toMatch(/dpkg|systemctl/);
  });

  it("is not installed if Amazon cannot be reached", async () => {
    const curl = "echo 'curl: (6) no such host' >&2; exit 6";
    expect(await install({ programs: { curl } })).toEqual({
      code: 1,
      stdout: "",
      stderr: `curl: (6) no such host\nthe agent of Session Manager is not installed: ${url} cannot be fetched\n`,
    });
  });

  it.each([
    [0, "Good signature"],
    [1, "BAD signature"],
  ])("is verified by gpgv where that is installed: exit code %i", async (exit, says) => {
    const gpgv = `echo "$*" >&2; echo ${says} >&2; exit ${String(exit)}`;
    const { code, stderr } = await install({ programs: { gpgv } });
    expect(stderr).toContain(
      `--quiet --keyring ./key.gpg amazon-ssm-agent.deb.sig amazon-ssm-agent.deb\n${says}\n`,
    );
    expect(code).toBe(exit);
  });

  it("is only started if the image has it", async () => {
    const { stdout } = await install({ programs: { "amazon-ssm-agent": "true" } });
    expect(stdout).toBe("systemctl enable --now amazon-ssm-agent\n");
  });
});
