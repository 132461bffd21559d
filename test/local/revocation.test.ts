import { describe, expect, it } from "vitest";
import { distribution, environment, exec, joined, output, until } from "../support/environment.js";
import { runAgent } from "../../tools/lib/agents.js";

const ssl = "/var/lib/puppet/ssl";

/** Whether a compiler answers an agent that presents its certificate; a slow answer is not a refusal. */
async function accepted(agent: string, compiler: string): Promise<boolean> {
  const { code, stderr } = await exec(agent, [
    ...["curl", "--silent", "--show-error", "--fail", "--max-time", "120"],
    ...["--cacert", `${ssl}/certs/ca.pem`],
    ...[
      "--cert",
      `${ssl}/certs/${agent}.example.test.pem`,
      "--key",
      `${ssl}/private_keys/${agent}.example.test.pem`,
    ],
    ...["--output", "/dev/null", `https://${compiler}.example.test:8140/puppet/v3/environments`],
  ]);
  // A TLS alert, during the handshake or, with TLS 1.3, when the answer is read.
  const refused = code === 35 || code === 56;
  if (code !== 0 && !refused) throw new Error(`curl ends with ${String(code)}: ${stderr}`);
  return code === 0;
}

describe("a revocation", () => {
  it("is effective on every compiler within a minute", async () => {
    await joined("node2");
    for (const compiler of ["compiler1", "compiler2"])
      expect(await accepted("node2", compiler)).toBe(true);

    await output("main", "puppetserver ca revoke --certname node2.example.test");
    const waits = await Promise.all(
      ["compiler1", "compiler2"].map((compiler) =>
        until(`${compiler} refuses node2`, async () => !(await accepted("node2", compiler)), 60),
      ),
    );
    console.log(`effective after ${waits.map((wait) => wait.toFixed(1)).join(" and ")} s`);
    const { code } = await runAgent({ environment, distribution }, "node2");
    expect(code).toBe(1);
    // The new CRL does not affect others.
    expect(await accepted("agent1", "compiler1")).toBe(true);
  });

  it("is never undone by a server without a CRL", async () => {
    // If the CA cannot be reached, the CRL stays unchanged and the journal says why.
    const before = await output("compiler1", `sha256sum ${ssl}/crl.pem`);
    const { code, stderr } = await exec("compiler1", [
      ...[
        "sh",
        "-c",
        "sed 's/puppetca.example.test/compiler2.example.test/' /usr/local/sbin/puppet-crl-refresh | bash",
      ],
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("404");
    expect(await output("compiler1", `sha256sum ${ssl}/crl.pem; ls ${ssl} | grep -c crl`)).toBe(
      `${before}\n1`,
    );
  });
});
