import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownEnvironments } from "../../components/control-repository/own-environments.js";
import { debian } from "../../distributions/debian.js";
import { findingsIn } from "../../tools/lib/preflight/findings.js";
import { makeAuthority } from "../support/rendered/authority.js";
import { outputOf as sh } from "../support/rendered/parsers.js";
import { look, printedLook } from "../support/rendered/preflight.js";

const folder = "/srv/preflight";
/** A distribution whose folders the test makes. */
const distribution = {
  ...debian,
  paths: {
    ...debian.paths,
    cadir: `${folder}/site/ca`,
    ssldir: `${folder}/site/ssl`,
    confdir: `${folder}/site`,
  },
};
/** Has a file with other content, for one look. */
const withFile = (path: string, content: string) =>
  `file=$(mktemp); cat >$file <<'CONTENT'\n${content}\nCONTENT\nchmod 0644 $file; mount --bind $file ${path}`;

beforeAll(() =>
  sh(`rm -rf ${folder}; ${makeAuthority(`${folder}/one`)}; ${makeAuthority(`${folder}/other`)}`),
);
afterAll(() => sh(`rm -rf ${folder}`));

describe("what others run", () => {
  const main = { main: true, distribution };
  const ca = (name: string) =>
    sh(`rm -rf ${folder}/site; mkdir -p ${folder}/site/ca/signed ${folder}/site/ssl/certs
      cp ${folder}/${name}/ca.pem ${folder}/site/ca/ca_crt.pem; touch ${folder}/site/ca/signed/web1.example.test.pem
      echo '*.example.test' >${folder}/site/autosign.conf`);

  it("at a port that is needed, unless it is the service that is to have it", async () => {
    const listening = (unit: string) =>
      sh(`systemd-run --quiet --unit ${unit} ruby -rsocket -e 'server = TCPServer.new("127.0.0.1", 18141); sleep'
        for try in $(seq 100); do grep -q ':46DD 00000000:0000 0A' /proc/net/tcp && exit 0; sleep 0.1; done; exit 1`);
    const stopped = (unit: string) => sh(`systemctl stop ${unit}`);
    const ports = [
      { port: 18141, service: "look-server" },
      { port: 18142, service: "" },
    ];
    await listening("look-web");
    expect(await look("port", { ports })).toMatchObject([
      {
        ...{ stops: true, about: "port 18141", would: "fail when look-server is to listen there" },
        found: expect.stringMatching(
          /^process \d+, ruby\S* of the unit look-web listens on TCP port 18141$/,
        ) as string,
      },
    ]);
    await stopped("look-web");
    // The other is of a template, as PostgreSQL's for each cluster.
    for (const unit of ["look-server", "look-server@17-main"]) {
      await listening(unit);
      expect(await look("port", { ports })).toEqual([]);
      await stopped(unit);
    }
  });

  it("as a CA: stops, unless it is taken over, and says what that means", async () => {
    await ca("one");
    const [finding, ...more] = await look("ca", main);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ stops: true, about: "ca" });
    expect(finding?.found).toMatch(
      /^a CA that no stack has made: CN ?= ?Puppet CA of one, until .* GMT; 1 certificates signed; \/srv\/preflight\/site\/autosign\.conf signs by names alone$/,
    );
    expect(finding?.advice).toMatch(/^write takeOver: \[ca\] for main in puppet:existing\.servers/);
    expect(finding?.advice).toContain('puppet:caName, "Puppet CA", has no effect');
    expect(await look("ca", { ...main, takeOver: ["ca"] })).toMatchObject([
      { stops: false, about: "ca", would: "take it over" },
    ]);
  });

  it("as a CA that a stack has made: nothing, as that main server knows its stack", async () => {
    await ca("one");
    const mounts =
      "mkdir -p /var/lib/pulumi-puppet; mount -t tmpfs tmpfs /var/lib/pulumi-puppet; mkdir /var/lib/pulumi-puppet/authority; echo id >/var/lib/pulumi-puppet/authority/id";
    expect(await look("ca", main, { mounts })).toEqual([]);
  });

  it("as a CA where old versions had it, and on a server that is not the main server", async () => {
    await ca("one");
    await sh(`mv ${folder}/site/ca ${folder}/site/ssl/ca; touch ${folder}/site/ssl/ca/ca_key.pem`);
    expect((await look("ca", main))[0]?.advice).toMatch(/with puppetserver ca migrate, or by hand/);
    await sh(
      `mv ${folder}/site/ssl/ca ${folder}/site/far; echo ' cadir = ${folder}/site/far' >${folder}/site/puppet.conf`,
    );
    expect((await look("ca", main))[0]?.found).toMatch(/^a CA in \/srv\/preflight\/site\/far: /);
    await sh(`mv ${folder}/site/far ${folder}/site/ssl/ca`);
    expect(await look("ca", { distribution })).toMatchObject([
      { stops: true, about: "ca", found: "a CA, though this server's role is not main" },
    ]);
  });

  it("as an agent: of another CA it stops, of the one on the main server it does not", async () => {
    await ca("one");
    const mainPrinted = await printedLook({ ...main, takeOver: ["ca"] });
    const agentOf = async (name: string) => {
      await sh(
        `rm -rf ${folder}/site; install -D ${folder}/${name}/ca.pem ${folder}/site/ssl/certs/ca.pem`,
      );
      const compiler = await printedLook({ distribution });
      return findingsIn({ main: mainPrinted, compiler }).filter(({ stops }) => stops);
    };
    expect(await agentOf("one")).toEqual([]);
    const [finding] = await agentOf("other");
    expect(finding).toMatchObject({ server: "compiler", about: "agent" });
    expect(finding?.found).toMatch(/^it is an agent of another CA: CN ?= ?Puppet CA of other$/);
    expect(finding?.advice).toContain(`mv ${folder}/site/ssl ${folder}/site/ssl.before`);
  });

  it("shows nobody a file of root's that a link leads to", async () => {
    await ca("one");
    await sh(`useradd --system links 2>/dev/null || true; install -m 0600 ${folder}/other/ca.pem ${folder}/secret.pem
      chown -R links ${folder}/site; ln -sf ${folder}/secret.pem ${folder}/site/ca/ca_crt.pem`);
    expect((await look("ca", main))[0]?.found).toMatch(
      /^a CA that no stack has made: unreadable; /,
    );
  });

  it("as environments of the main server, unless the sample code is there already", async () => {
    const { script } = ownEnvironments({ ...debian, paths: { ...debian.paths, codedir: folder } });
    const environments = { folder: `${folder}/environments`, script, seeded: "false" };
    expect(await look("code", { environments })).toEqual([]);
    await sh(
      `useradd --system look-code 2>/dev/null || true
      install -d -o look-code ${folder}/environments/{production,staging}/manifests
      echo 'include site' >${folder}/environments/staging/manifests/site.pp`,
    );
    expect(await look("code", { environments })).toMatchObject([
      {
        ...{ stops: true, about: "code" },
        found: `${folder}/environments has environments that this stack did not deploy: staging`,
        advice: expect.stringMatching(
          /^set puppet:codeDeployment\.sources to the repositories that they come from/,
        ) as string,
      },
    ]);
    expect(await look("code", { environments: { ...environments, seeded: "true" } })).toEqual([]);
  });

  it("as HAProxy, with names of frontends", async () => {
    const conf = withFile(
      "/etc/haproxy/haproxy.cfg",
      "frontend shop\n    bind :443\n  listen stats\n    bind :8404",
    );
    const [finding, ...more] = await look("haproxy", { haproxy: true }, { mounts: conf });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      ...{ stops: true, about: "haproxy" },
      found: "HAProxy serves shop, stats by /etc/haproxy/haproxy.cfg",
      would: "replace that file (a copy stays in /var/lib/pulumi-puppet/kept)",
    });
    expect(
      await look("haproxy", { haproxy: true, takeOver: ["haproxy"] }, { mounts: conf }),
    ).toMatchObject([{ stops: false, about: "haproxy" }]);
    const ours = withFile(
      "/etc/haproxy/haproxy.cfg",
      "# Made by pulumi-puppet: x\nfrontend agents",
    );
    expect(await look("haproxy", { haproxy: true }, { mounts: ours })).toEqual([]);
  });
});

describe("PostgreSQL", () => {
  const port = 5434;
  /** The clusters that the system is said to have; the last one's databases are real. */
  const clusters = (...lines: string[]) =>
    `pg_lsclusters() { cat <<'CLUSTERS'\n${lines.join("\n")}\nCLUSTERS\n}\n`;
  const found = async (...lines: string[]) =>
    (await look("postgresql", { postgresql: true }, { instead: clusters(...lines) })).map(
      ({ found }) => found,
    );
  const sql = (text: string) =>
    sh(
      `runuser --user postgres -- psql --no-psqlrc --quiet --port ${String(port)} --command '${text}'`,
    );

  beforeAll(() =>
    sh(
      `pg_createcluster 17 look --port ${String(port)} -- --auth-host=scram-sha-256 --locale=C.UTF-8; pg_ctlcluster 17 look start`,
    ),
  );
  afterAll(() => sh("pg_dropcluster --stop 17 look"));

  it("with its own database only, or beside PuppetDB's, is in nobody's way", async () => {
    // Where the look asks, as the packaged cluster's port is taken in this container.
    const asked = clusters(
      `16 main 5432 online postgres /data /log`,
      `16 other 5444 online postgres /data /log`,
    );
    const instead = `${asked}timeout() { shift; "$@"; }; runuser() { command runuser "\${@/5432/${String(port)}}"; }\n`;
    expect(await look("postgresql", { postgresql: true }, { instead })).toEqual([]);
    await sql("CREATE ROLE shop");
    await sh(`runuser --user postgres -- createdb --port ${String(port)} shop`);
    expect(
      (await look("postgresql", { postgresql: true }, { instead })).map(({ found }) => found),
    ).toEqual(["PostgreSQL's cluster 16/main: database shop, role shop"]);
  });

  it("that PuppetDB could not use", async () => {
    await sh(`for name in new used; do install -d -o postgres /srv/preflight/$name/base/1; done
      mkdir /srv/preflight/used/base/16384; chown -R postgres /srv/preflight/used`);
    expect(
      await found(
        `14 main 5432 down postgres ${folder}/new /log`,
        `15 main 5432 down postgres ${folder}/used /log`,
        "16 main 5433 online postgres /data /log",
        "16 shop 5432 online postgres /data /log",
      ),
    ).toEqual([
      "PostgreSQL's cluster 15/main: it is down, and has databases of others",
      "PostgreSQL's cluster 16/main: it listens on port 5433, where PuppetDB does not look",
      "PostgreSQL's cluster 16/shop: it has port 5432",
    ]);
  });
});
