import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import { renderAddRepository } from "../../../templates/apt/apt.js";
import { renderCsrAttributes } from "../../../templates/puppet/puppet.js";
import {
  distributionNames,
  fileOf,
  filesOf,
  linesOf,
  sharedFiles,
  type Files,
} from "../../support/host-files/files.js";
import { secretsIn, stateOf } from "../../support/infrastructure.js";

describe("keys", () => {
  it("are in csr_attributes.yaml as the challenge password, and nowhere else", () => {
    expect(renderCsrAttributes({ presharedKey: "k" })).toBe(
      "custom_attributes:\n  1.2.840.113549.1.9.7: k\n",
    );
  });

  it("of letters and digits stay text, whatever YAML makes of such words", () => {
    for (const presharedKey of ["1_000", "0x1F", "1e3", "010", "yes", "12345678901234567890"]) {
      expect(renderCsrAttributes({ presharedKey })).toMatch(/: ["'].*["']\n$/);
    }
  });

  it("of a repository are pinned: it is trusted only with that file", () => {
    expect(renderAddRepository(undefined)).toBe("");
    const { repository } = distributions.openvox8;
    const lines = renderAddRepository(repository).split("\n");
    expect(lines).toContain(
      "deb [signed-by=/etc/apt/keyrings/openvox8.asc] https://apt.voxpupuli.org $ID$VERSION_ID openvox8",
    );
    expect(lines.join("\n")).toContain(repository?.key.trim());
  });
});

describe.each(distributionNames)("scripts for %s", (name) => {
  const { paths, packages, repository } = distributions[name];
  let files: Files;
  const file = (file: string) => fileOf(files, file);
  beforeAll(async () => {
    files = await filesOf(name);
  });

  it("contain the agents' key only in the here-document of csr_attributes.yaml", () => {
    const script = file("agent/install.sh");
    const document = /<<'ATTRIBUTES'\n[^]*?\nATTRIBUTES\n/;
    expect(secretsIn(document.exec(script)?.[0] ?? "")).toEqual(["agentKey"]);
    expect(secretsIn(script.replace(document, ""))).toEqual([]);
    expect(script).toContain(`install -m 0600 /dev/stdin ${paths.confdir}/csr_attributes.yaml <<`);
    expect(script).toContain(`trap 'rm -f ${paths.confdir}/csr_attributes.yaml' EXIT`);
  });

  it("install the distribution's agent, from its repository where it has one", () => {
    for (const script of ["agent/install.sh", "converge.sh"]) {
      const text = file(script);
      expect(text).toContain(`--no-install-recommends ${packages.agent} `);
      expect(text.includes("/etc/apt/sources.list.d/")).toBe(repository !== undefined);
    }
  });

  it("are read whole before anything runs: their last line calls a function", () => {
    expect(file("agent/install.sh")).toMatch(/\n}\n\njoin "\$@"\n$/);
    expect(file("converge.sh")).toMatch(/\n}\n\nconverge\n$/);
  });

  it("have the host state on one line, so that no content can end it", () => {
    const script = file("converge.sh");
    expect(script.match(/^STATE$/gm)).toHaveLength(1);
    expect(stateOf(script)).toEqual([
      { type: "file", title: "/etc/motd", parameters: { content: "first\nSTATE\n'%{x}' ü\n" } },
    ]);
  });

  it("replace a CRL only with one that is valid and the CA's", () => {
    const lines = linesOf(file("compiler/puppet-crl-refresh"));
    const at = (start: string) => lines.findIndex((line) => line.startsWith(start));
    expect(lines[0]).toBe("set -euo pipefail");
    expect(lines[at("curl ")]).toContain(
      `--fail --max-time 10 --cacert ${paths.ssldir}/certs/ca.pem`,
    );
    expect(at("curl ")).toBeLessThan(at("openssl crl "));
    expect(at("openssl crl ")).toBeLessThan(at("mv --force "));
  });
});

it("the CRL is fetched often enough to apply within a minute, even after two failures", async () => {
  const timer = fileOf(await sharedFiles(), "compiler/puppet-crl-refresh.timer");
  const interval = Number(/^OnUnitActiveSec=(\d+)s$/m.exec(timer)?.[1]);
  expect(3 * interval).toBeLessThan(60);
});
