import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderAgentInstall } from "../../templates/agent/agent.js";
import { makeAuthority, quickKey } from "../support/rendered/authority.js";
import { inParsers, outputOf as output } from "../support/rendered/parsers.js";

const { debian } = distributions;
const setup = "/var/tmp/agent-install-test";
const [caServer, port, name] = ["ca.agent-install.test", "8141", "web1.agent-install.test"];
const [etc, ca] = [`${setup}/etc`, `${setup}/ca`];

const service = new URL("../support/rendered/certificate-service.py", import.meta.url);
const serve = `systemd-run --unit=agent-install-test python3 ${setup}/service.py ${ca} ${port}`;

/** The script, for an agent in a folder of its own that asks another port. */
const script = (caFingerprint: string) =>
  renderAgentInstall({
    distribution: {
      ...debian,
      paths: { ...debian.paths, confdir: etc, puppet: `${setup}/puppet` },
    },
    server: "puppet.agent-install.test",
    caServer,
    direct: ["puppet.agent-install.test", caServer],
    caFingerprint,
    presharedKey: "a-key-of-these-tests",
    deadline: 3,
  });

/** Runs the script, with a dead proxy in the environment. */
async function join({
  caFingerprint,
  variables = [],
  names = [],
}: { caFingerprint?: string; variables?: string[]; names?: string[] } = {}) {
  const known = caFingerprint ?? (await output(`sha256sum <${ca}/ca.pem`)).slice(0, 64);
  const proxies = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"];
  const environment = [
    `PATH=${setup}/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    ...proxies.map((proxy) => `${proxy}=http://127.0.0.1:9`),
    ...variables,
  ];
  return inParsers(["env", ...environment, "bash", "-s", ...names], script(known));
}

beforeAll(async () => {
  await output(`rm -rf ${setup}; mkdir -p ${setup}/bin`);
  await output(makeAuthority(ca));
  await output(`cd ${ca}
grep -q ${caServer} /etc/hosts || echo 127.0.0.1 ${caServer} >>/etc/hosts
openssl req -newkey ${quickKey} -subj /CN=${caServer} -keyout host.key -out csr 2>/dev/null
openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -out host.pem 2>/dev/null
cat >${setup}/bin/systemctl <<'STUB'
#!/bin/sh
echo "$@" >>${setup}/calls
STUB
printf '#!/bin/sh\\necho WEB1.agent-install.test\\n' >${setup}/bin/hostname
cat >${setup}/puppet <<'STUB'
#!/bin/sh
exec ${debian.paths.puppet} "$@" --confdir=${etc} --vardir=${setup}/var --ssldir=${setup}/ssl --ca_port=${port} --waitforcert=1
STUB
chmod 0755 ${setup}/bin/* ${setup}/puppet`);
  await output(`cat >${setup}/service.py`, readFileSync(service, "utf8"));
  await output(serve);
  await output(
    `timeout 20 bash -c 'until : </dev/tcp/127.0.0.1/${port}; do sleep 0.2; done' 2>/dev/null`,
  );
});
afterAll(() => output("systemctl stop agent-install-test"));

beforeEach(async () => {
  await output(
    `cd ${setup}; rm -rf ssl var etc calls ca/unsigned ca/certificate-*; mkdir -p ${etc} ssl var`,
  );
});

describe("joining as an agent", () => {
  it.each([[[]], [["no_proxy=git.example.com"]]])(
    "asks the CA directly where the environment has a proxy, and %j",
    async (variables) => {
      const { code, stdout, stderr } = await join({ variables });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`${name} is an agent of puppet.agent-install.test\n`);
      expect(await output(`cat ${setup}/calls`)).toBe("enable --now --quiet puppet");
      expect(await output(`ls ${etc}`)).toBe("devices\npuppet.conf");
    },
  );

  it("leaves an agent that asks directly when it is run by hand", async () => {
    await join();
    const run = `http_proxy=http://127.0.0.1:9 ${setup}/puppet ssl download_cert`;
    await output(run);
    // What the environment says of it comes first, so the proxy is used indeed.
    expect(await inParsers(["sh", "-c", `no_proxy=x ${run}`])).toMatchObject({ code: 1 });
    expect(await output(`${setup}/puppet config print no_proxy`)).toBe(
      `localhost, 127.0.0.1, puppet.agent-install.test, ${caServer}`,
    );
  });

  it("tells that the CA did not sign, and where it says why", async () => {
    await output(`touch ${ca}/unsigned`);
    const { code, stderr } = await join();
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${caServer} did not sign a certificate for ${name}; its journal (journalctl -t puppet-autosign) says why`,
    );
    expect(stderr).not.toContain("a-key-of-these-tests");
  });

  it("requests names beside its own, keeps them, and tells where they are allowed", async () => {
    await output(`touch ${ca}/unsigned`);
    const { stderr } = await join({ names: ["www.example.com", "shop.example.com"] });
    expect(stderr).toContain(`puppet-enrol --agent ${name} www.example.com shop.example.com\n`);
    await output(`rm ${ca}/unsigned`);
    expect(await join()).toMatchObject({ code: 0 });
    expect(await output(`grep '^dns_alt_names' ${etc}/puppet.conf`)).toBe(
      "dns_alt_names = www.example.com,shop.example.com",
    );
    const asked = await output(`openssl req -noout -text -in ${ca}/request`);
    for (const one of [name, "www.example.com", "shop.example.com"]) {
      expect(asked).toContain(`DNS:${one}`);
    }
  });

  it.each(["Www.example.com", "a b", "a\n[agent]"])("refuses the name %j", async (bad) => {
    const { code, stderr } = await join({ names: [bad] });
    expect(code).toBe(1);
    expect(stderr).toContain("are not names for a certificate: write host names in lower case");
  });

  it("tells that the CA has another certificate", async () => {
    const { code, stderr } = await join({ caFingerprint: "0".repeat(64) });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^${name} got no certificate from ${caServer}: it has a certificate of another CA, or of another name: CA bundle with digest .* did not match expected digest`,
        "m",
      ),
    );
  });

  it("tells that nothing answers at the CA's address", async () => {
    await output("systemctl stop agent-install-test");
    try {
      const { code, stderr } = await join({ caFingerprint: "0".repeat(64) });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(
          `^${name} got no certificate from ${caServer}: nothing answers at its port 8140; .*Connection refused`,
          "m",
        ),
      );
    } finally {
      await output(serve);
    }
  });

  it("tells that the CA's name cannot be resolved", async () => {
    await output(
      `sed 's/ ${caServer}$/ other/' /etc/hosts >/run/hosts; cat /run/hosts >/etc/hosts`,
    );
    try {
      const { code, stderr } = await join();
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(
          `^${name} got no certificate from ${caServer}: the name cannot be resolved on this machine: `,
          "m",
        ),
      );
    } finally {
      await output(
        `sed 's/ other$/ ${caServer}/' /etc/hosts >/run/hosts; cat /run/hosts >/etc/hosts`,
      );
    }
  });

  it("tells that packets to the CA get lost", async () => {
    await output(
      `nft 'table inet lost { chain output { type filter hook output priority 0; tcp dport ${port} drop; }; }'`,
    );
    try {
      const { code, stderr } = await join();
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(
          `^${name} got no certificate from ${caServer}: nothing answers at its port 8140; .*timed out`,
          "m",
        ),
      );
    } finally {
      await output("nft delete table inet lost");
    }
  });
});
