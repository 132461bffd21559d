import { describe, expect, it } from "vitest";
import { renderHaproxyConf, tlsLines } from "../../templates/haproxy/haproxy.js";
import { distributionNames, fileOf, filesOf, sharedFiles } from "../support/host-files/files.js";
import { contentOf } from "../support/infrastructure.js";
import { inParsers, onFile } from "../support/rendered/parsers.js";
import { composeSite, site } from "../support/existing-site.js";

const check = (content: string) => onFile('haproxy -c -f "$1"', content);

describe("haproxy.cfg, read by HAProxy", async () => {
  const files = await sharedFiles();
  const good = fileOf(files, "balancer/haproxy-3.cfg");

  it.each(["balancer/haproxy-1.cfg", "balancer/haproxy-3.cfg"])("%s is accepted", async (name) => {
    // Neither an error nor a warning.
    expect(await check(fileOf(files, name))).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("is accepted with the maximum number of compilers", async () => {
    const members = Array.from({ length: 50 }, (_, index) => ({
      name: `compiler${String(index + 1)}`,
      address: `10.213.7.${String(index + 21)}`,
    }));
    const content = renderHaproxyConf({
      serverName: "puppet.example.test",
      caFile: "/etc/haproxy/puppet-ca.pem",
      crlFile: "/etc/haproxy/puppet-crl.pem",
      compileTimeout: 7200,
      ipv6: false,
      members,
      stats: {
        port: 65535,
        certificate: "/etc/haproxy/tls/host.pem",
        user: "admin",
        password: "x".repeat(24),
      },
    });
    expect(await check(content)).toMatchObject({ code: 0, stderr: "" });
  });

  it.each([
    ["an unknown keyword", good.replace("balance leastconn", "balance fairly")],
    ["no newline at the end", good.trimEnd()],
    ["a CA file that is not there", good.replace(/ca-file \S+/, "ca-file /none.pem")],
    ["a TLS check without its CA", good.replace(/ca-file \S+/, "")],
    ["a compiler twice", good.replace(/( {4}server compiler1 .*\n)/, "$1$1")],
  ])("is refused with %s", async (_, content) => {
    expect(content).not.toBe(good);
    const { code, stdout, stderr } = await check(content);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/ALERT|Fatal/);
  });
});

describe("haproxy.cfg of a site with addresses of IPv6, read by HAProxy", async () => {
  const { state } = await composeSite(site);

  it.each([
    ["lb1-configuration", "/etc/haproxy/haproxy.cfg"],
    ["pdb1-configuration", "/etc/haproxy/haproxy.cfg"],
    ["h1-configuration", "/etc/haproxy/haproxy.cfg"],
    ["puppet-webhook-configuration", "/etc/puppet-webhook/haproxy.cfg"],
  ])("%s is accepted", async (configuration, path) => {
    expect(await check(contentOf(state(configuration), path))).toEqual({
      ...{ code: 0, stdout: "", stderr: "" },
    });
  });

  it("listens on both kinds, connects to IPv6, and counts a source of either as it should", async () => {
    const folder = "/run/haproxy-ipv6";
    // Another test has a HAProxy of its own on the usual port.
    const port = 7140;
    const conf = contentOf(state("lb1-configuration"), "/etc/haproxy/haproxy.cfg");
    const sources = ["4:127.0.0.1,127.0.0.2", "4:127.0.0.1,127.0.0.3"].concat(
      ["[fd07::1]", "[fd07::2]", "[fd07:0:0:1::1]"].map((source) => `6:[fd07::1],${source}`),
    );
    const script = `mkdir -p ${folder}; cat >${folder}/haproxy.cfg
for address in fd07::1 fd07::2 fd07:0:0:1::1; do ip -6 address add $address/128 dev lo; done
haproxy -db -f ${folder}/haproxy.cfg >${folder}/log 2>&1 & haproxy=$!
trap 'kill $haproxy; for address in fd07::1 fd07::2 fd07:0:0:1::1; do ip -6 address delete $address/128 dev lo; done' EXIT
for try in $(seq 100); do test -S ${folder}/admin.sock && break; sleep 0.1; done
for source in ${sources.join(" ")}; do
  to=\${source%,*}; socat -u /dev/null "TCP$to:${String(port)},bind=\${source#*,}"
done
socat -u /dev/null "TCP6:[fd07::1]:8404"
show() { echo "show $1" | socat -t 10 - UNIX-CONNECT:${folder}/admin.sock; }
ss -Hltn 'sport = :${String(port)} or sport = :8404' | awk '{ print "listens", $4 }' | sort
show "table puppet" | grep -o 'key=[^ ]*' | sed 's/key=/source /' | sort
show "servers state compilers" | awk '$4 ~ /^c/ { print "server", $4, $5, $19 }'`;
    const { code, stdout, stderr } = await inParsers(
      ["bash", "-c", script],
      conf
        .replaceAll("/run/haproxy/admin.sock", `${folder}/admin.sock`)
        .replace("bind :8140,:::8140 ", `bind :${String(port)},:::${String(port)} `),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trimEnd().split("\n")).toEqual([
      ...["listens 0.0.0.0:7140", "listens 0.0.0.0:8404", "listens [::]:7140", "listens [::]:8404"],
      ...["source ::ffff:127.0.0.2", "source ::ffff:127.0.0.3"],
      ...["source fd07:0:0:1::", "source fd07::"],
      ...["server c1 2001:db8::4 8140", "server c2 2001:db8::5 8140"],
    ]);
  });
});

describe("the TLS of every HAProxy", () => {
  const handshake = async (options: string) => {
    const script = `cat >/tmp/tls-test.cfg <<'CFG'
global
${tlsLines()}
defaults
    mode http
    timeout client 5s
    timeout connect 5s
    timeout server 5s
frontend test
    bind 127.0.0.1:9444 ssl crt /tmp/tls-test.pem
CFG
test -e /tmp/tls-test.pem || openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=test -keyout /tmp/tls-test.pem.key -out /tmp/tls-test.pem
haproxy -db -f /tmp/tls-test.cfg & trap 'kill $!' EXIT
for try in $(seq 100); do ss -Hltn 'sport = :9444' | grep -q . && break; sleep 0.1; done
openssl s_client -connect 127.0.0.1:9444 ${options} </dev/null`;
    const { stdout } = await inParsers(["bash", "-c", script]);
    return /Cipher is (\S+)/.exec(stdout)?.[1] ?? "(NONE)";
  };

  // With an RSA certificate, which could do all of these.
  it.each([
    ["RSA key exchange", "-tls1_2 -cipher AES256-GCM-SHA384"],
    ["CBC", "-tls1_2 -cipher ECDHE-RSA-AES256-SHA384"],
    ["CBC with SHA-1", "-tls1_2 -cipher ECDHE-RSA-AES128-SHA"],
    ["TLS 1.1", "-tls1_1 -cipher DEFAULT@SECLEVEL=0"],
  ])("refuses %s", async (_, options) => {
    expect(await handshake(options)).toMatch(/^[(]NONE[)]$/);
  });

  it.each([
    ["-tls1_2", /^ECDHE-RSA-(AES|CHACHA)/],
    ["-tls1_3", /^TLS_/],
  ])("accepts %s", async (options, cipher) => {
    expect(await handshake(options)).toMatch(cipher);
  });
});

describe.each(distributionNames)(
  "haproxy.cfg before PuppetDB on %s, read by HAProxy",
  async (name) => {
    const good = fileOf(await filesOf(name), "puppetdb/haproxy.cfg");

    it("is accepted", async () => {
      // Neither an error nor a warning.
      expect(await check(good)).toEqual({ code: 0, stdout: "", stderr: "" });
    });

    it.each([
      ["an unknown keyword", good.replace("verify required\n", "verify always\n")],
      ["no newline at the end", good.trimEnd()],
      ["a certificate that is not there", good.replace(/ crt \S+/, " crt /none.pem")],
      ["a certificate without a key", good.replace(/ crt \S+/, " crt /etc/haproxy/puppet-ca.pem")],
      ["a revocation list that is not there", good.replace(/crl-file \S+/, "crl-file /none.pem")],
      ["a certificate for a list", good.replace(/crl-file \S+/, "crl-file /etc/hostname")],
      ["a rule for an ACL that is not there", good.replace("if query reading", "if quest reading")],
      ["another backend", good.replace("default_backend puppetdb", "default_backend others")],
    ])("is refused with %s", async (_, content) => {
      expect(content).not.toBe(good);
      const { code, stdout, stderr } = await check(content);
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(/ALERT|Fatal/);
    });
  },
);
