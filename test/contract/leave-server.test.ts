import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPutBack } from "../../hosts/host-configuration.js";
import { run } from "../../tools/lib/shell.js";
import { startSshd, type SshServer } from "../support/contract/sshd.js";

const program = join(import.meta.dirname, "..", "..", "tools", "lib", "leave-server.ts");
const home = "/var/lib/pulumi-puppet";
let server: SshServer;

beforeAll(async () => {
  server = await startSshd("leaving");
});
afterAll(() => server.stop());

/** What a deployment runs when the server is no longer in its settings. */
async function leave(port = server.port) {
  const { host, user, privateKey, hostKey } = server;
  const connection = { host, port, user, privateKey, hostKey, sudo: false };
  const began = Date.now();
  const ended = await run([process.execPath, "--import", "tsx", program], {
    stdin: JSON.stringify({ fqdn: "c2.example.test", address: "10.1.0.22", connection }),
  });
  return { ...ended, seconds: (Date.now() - began) / 1000 };
}

/** Has a service, and the script that ends a configuration with it. */
const configure = (name: string) =>
  server.run(`mkdir -p ${home}/leave; touch ${home}/${name}.ours
printf '[Service]\\nExecStart=sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/${name}-web.service
systemctl daemon-reload; systemctl enable --quiet --now ${name}-web
cat >${home}/leave/${name} <<'PUT_BACK'
${renderPutBack(name, "c2.example.test", [`${name}-web`])}PUT_BACK`);

describe("an existing server that leaves its stack", () => {
  it("ends all of its configurations, each with what it needs on the server itself", async () => {
    for (const name of ["c2-code", "c2-configuration"]) await configure(name);
    expect(await leave()).toMatchObject({ code: 0 });
    const left = await server.run(
      `systemctl is-active c2-code-web c2-configuration-web; ls ${home}/leave ${home}/*.ours 2>/dev/null; true`,
    );
    expect(left).toBe(`inactive\ninactive\n${home}/leave:\n`);
    // And again: there is nothing more to end.
    expect(await leave()).toMatchObject({ code: 0, stdout: "" });
  });

  it("fails if one of them cannot end, and says why; the others do", async () => {
    for (const name of ["c2-code", "c2-configuration"]) await configure(name);
    await server.run(`echo 'echo no such thing >&2; exit 3' >${home}/leave/c2-code`);
    const { code, stderr } = await leave();
    expect(code).toBe(3);
    expect(stderr).toContain("no such thing");
    expect(await server.run("systemctl is-active c2-configuration-web || true")).toBe("inactive\n");
  });

  it("stops nothing if nobody can reach it: it is said, and done with, in time", async () => {
    const { code, stdout, seconds } = await leave(1);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^c2\.example\.test at 10\.1\.0\.22 cannot be reached over SSH \(.*refused.*\), and is removed as it is: its certificate is revoked\. /,
    );
    expect(seconds).toBeLessThan(60);
  });
});
