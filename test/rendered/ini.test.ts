import { describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { passwordOf } from "../support/infrastructure.js";
import { distributionNames, fileOf, filesOf, sharedFiles } from "../support/host-files/files.js";
import { inPython, inRuby } from "../support/rendered/parsers.js";

describe("puppetdb.conf of Puppet servers, read by PuppetDB's own terminus", async () => {
  const files = await sharedFiles();
  const read = (content: string) =>
    inRuby(
      '(require "puppet"; require "puppet/util/puppetdb"; c = Puppet::Util::Puppetdb::Config.load("/dev/stdin"); { urls: c.server_urls.map(&:to_s), soft: c.soft_write_failure })',
      content,
    );

  it("has the environment's own PuppetDB, and agents that keep running without it", async () => {
    expect(await read(fileOf(files, "main/puppetdb.conf"))).toEqual({
      urls: ["https://puppetdb.example.test:8081"],
      soft: true,
    });
  });

  it("has additional ones after it, and agents that fail", async () => {
    expect(await read(fileOf(files, "external/puppetdb.conf"))).toEqual({
      urls: ["https://puppetdb.example.test:8081", "https://puppetdb2.example.test:8081"],
      soft: false,
    });
  });

  it.each([
    ["a line that is no setting", "[main]\nserver_urls\n", "Unparseable line"],
    ["a setting without a section", "server_urls = https://a:1\n", "outside of section"],
    ["a URL without TLS", "[main]\nserver_urls = http://a.test:1\n", "must be https"],
    ["a path in a URL", "[main]\nserver_urls = https://a.test:1/pdb\n", "URL path"],
  ])("is refused with %s", async (_, content, sentence) => {
    await expect(read(content)).rejects.toThrow(sentence);
  });
});

describe("PuppetDB's INI files, read by Python's parser", async () => {
  const shared = await sharedFiles();

  it.each(distributionNames)(
    "jetty.ini and puppetdb.ini of %s say what they should",
    async (name) => {
      const folder = distributions[name].paths.puppetdbConfdir;
      const files = await filesOf(name);
      expect(await inPython(fileOf(files, "puppetdb/jetty.ini"))).toEqual({
        jetty: {
          "ssl-host": "0.0.0.0",
          "ssl-port": "8081",
          "ssl-key": `${folder}/ssl/private.pem`,
          "ssl-cert": `${folder}/ssl/public.pem`,
          "ssl-ca-cert": `${folder}/ssl/ca.pem`,
          "ssl-crl-path": `${folder}/ssl/crl/crl.pem`,
          "ssl-protocols": "TLSv1.3, TLSv1.2",
          "client-auth": "need",
          "access-log-config": `${folder}/request-logging.xml`,
        },
      });
      expect(await inPython(fileOf(files, "puppetdb/puppetdb.ini"))).toEqual({
        puppetdb: {
          "certificate-allowlist": `${folder}/certificate-allowlist`,
          "disable-update-checking": "true",
        },
        "command-processing": { threads: "2", "concurrent-writes": "2" },
      });
    },
  );

  it.each([
    {
      name: "puppetdb/database.ini",
      address:
        "//localhost:5432/puppetdb?ssl=true&sslfactory=org.postgresql.ssl.LibPQFactory&sslmode=verify-full&sslrootcert=/etc/postgresql-common/puppetdb/server.crt",
      owner: { username: "puppetdb", password: passwordOf("puppetdb-write-password", 32) },
      reader: { username: "puppetdb_read", password: passwordOf("puppetdb-read-password", 32) },
    },
    {
      name: "external/database.ini",
      address:
        "//db.example.org:6432/pdb?ssl=true&sslfactory=org.postgresql.ssl.LibPQFactory&sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt",
      owner: { username: "pdb_owner", password: "the-owners-password" },
      reader: { username: "pdb_reader", password: "the_readers_password" },
    },
  ])("$name has two roles at one address", async ({ name, address, owner, reader }) => {
    expect(await inPython(fileOf(shared, name))).toEqual({
      database: {
        subname: address,
        ...owner,
        "maximum-pool-size": "16",
        "node-ttl": "7d",
        "node-purge-ttl": "14d",
        "report-ttl": "14d",
      },
      "read-database": { subname: address, ...reader, "maximum-pool-size": "16" },
    });
  });

  it.each([
    ["a setting twice", "[database]\nsubname = a\nsubname = b\n", "DuplicateOptionError"],
    ["a section twice", "[jetty]\na = b\n[jetty]\nc = d\n", "DuplicateSectionError"],
    ["a setting without a section", "subname = a\n", "MissingSectionHeaderError"],
    ["a line that is no setting", "[jetty]\nssl-port\n", "ParsingError"],
  ])("are refused with %s", async (_, content, sentence) => {
    await expect(inPython(content)).rejects.toThrow(sentence);
  });
});
