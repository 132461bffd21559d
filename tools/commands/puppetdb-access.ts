import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { distributions } from "../../distributions/index.js";
import { removeCertificate } from "../../templates/autosign/autosign.js";
import { readerPort, readerSuffix, renderSignReader } from "../../templates/puppetdb/puppetdb.js";
import { wordsAndOption } from "../lib/arguments.js";
import { stateFolder } from "../lib/paths.js";
import { main, Problem } from "../lib/problem.js";
import { hostWith } from "../lib/remote.js";
import { settingsOf } from "../lib/settings.js";
import { onPath, run } from "../lib/shell.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** Days a reader's certificate is valid. */
const days = 365;

// `npm run puppetdb-access -- NAME [STACK] [--revoke]`: issues a certificate that may only query PuppetDB.
await main(async () => {
  const { words, given: revoke } = wordsAndOption("--revoke");
  const [name, stackName = "local", ...more] = words;
  const suitable = /^[a-z0-9]([a-z0-9-]{0,29}[a-z0-9])?$/;
  if (name === undefined || more.length > 0 || !suitable.test(name)) {
    throw new Problem(
      "Name the user of the certificate with at most 31 lowercase letters, digits and inner hyphens: npm run puppetdb-access -- alice; then add the stack unless it is local, and --revoke to revoke the certificate.",
    );
  }
  if (!(await onPath("openssl"))) {
    throw new Problem("This machine lacks openssl; install it and run this again.");
  }
  const stack = new Stack(stackName, await toolchain());
  const puppetdb = await hostWith(stack, "puppetdb");
  const ca = await hostWith(stack, "ca");
  const distribution = distributions[settingsOf(stack).distribution];
  const certname = `${name}${readerSuffix}`;
  const remove = removeCertificate(certname);
  const folder = join(stateFolder, "puppetdb-access", stackName, name);

  if (revoke) {
    const signed = `${distribution.paths.cadir}/signed`;
    const { stdout } = await ca.run(`ls ${signed}`);
    const readers = stdout.split("\n").filter((file) => file.endsWith(`${readerSuffix}.pem`));
    if (!readers.includes(`${certname}.pem`)) {
      const names = readers.map((file) => file.split(".")[0]).join(", ");
      throw new Problem(
        `There is no certificate ${certname}; ${names === "" ? "no user has one" : `users with one: ${names}`}.`,
      );
    }
    const { code, stderr } = await ca.run(remove);
    if (code !== 0) throw new Problem(`${certname} could not be revoked: ${stderr.trim()}`);
    rmSync(folder, { recursive: true, force: true });
    console.log(`${certname} is revoked; PuppetDB will refuse it within a minute`);
    return 0;
  }

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (kind: string) => join(folder, kind);
  const request = await makeRequest(certname, file("key.pem.new"));
  const { cadir } = distribution.paths;
  const signed = await ca.run("bash -s", {
    stdin: renderSignReader({
      ...{ certname, request, cadir, remove, days },
      user: distribution.users.puppet,
    }),
  });
  if (signed.code !== 0) {
    throw new Problem(`The certificate ${certname} could not be signed: ${signed.stderr.trim()}`);
  }
  const [certificate = "", authority = ""] = signed.stdout.split("=====\n");
  renameSync(file("key.pem.new"), file("key.pem"));
  writeFileSync(file("cert.pem"), certificate);
  writeFileSync(file("ca.pem"), authority);
  const url = `https://${puppetdb.fqdn}:${String(readerPort)}`;
  const conf = {
    puppetdb: {
      server_urls: url,
      cacert: file("ca.pem"),
      cert: file("cert.pem"),
      key: file("key.pem"),
    },
  };
  writeFileSync(file("puppetdb.conf"), `${JSON.stringify(conf, null, 2)}\n`);
  console.log(`${folder} has the key and certificate of ${certname}, valid for ${String(days)} days.

With curl:
  curl --cacert ${file("ca.pem")} --cert ${file("cert.pem")} --key ${file("key.pem")} \\
    --resolve ${puppetdb.fqdn}:${String(readerPort)}:${puppetdb.address} ${url}/pdb/query/v4/nodes
With puppet-query from the gem puppetdb_cli, if ${puppetdb.fqdn} is in DNS or /etc/hosts:
  puppet-query --config ${file("puppetdb.conf")} 'nodes[certname] {}'`);
  return 0;
});

/** Generates a key in a file that only its owner can read, and returns the certificate request. */
async function makeRequest(certname: string, keyFile: string): Promise<string> {
  if (existsSync(keyFile)) rmSync(keyFile);
  const { code, stdout, stderr } = await run([
    ...["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    ...["-nodes", "-keyout", keyFile, "-subj", `/CN=${certname}`, "-utf8"],
  ]);
  if (code !== 0) throw new Problem(`openssl could not create the request: ${stderr.trim()}`);
  chmodSync(keyFile, 0o600);
  return stdout;
}
