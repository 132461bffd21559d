import * as pulumi from "@pulumi/pulumi";
import type { Distribution, PackagedGems } from "../../distributions/distribution.js";
import { execOf, fileOf, packageOf, type HostState } from "../../hosts/host-state.js";
import { renderPackagedGems } from "../../templates/puppetserver/gems.js";
import type { EyamlArgs } from "./args.js";

/** Says that the keys on the host are from here. A site may have its own there, which nobody but the site removes. */
const mark = "/var/lib/pulumi-puppet/eyaml-keys";

const packagedGemsScript = "/usr/local/sbin/puppet-server-packaged-gems";

/**
 * Lets a Puppet Server decrypt values in Hiera data; without keys, removes those that it had.
 *
 * It reads them whenever it decrypts something, so new ones need no restart.
 */
export function eyaml(distribution: Distribution, keys: EyamlArgs | undefined): HostState {
  const { paths, packages, users } = distribution;
  const folder = `${paths.confdir}/eyaml`;
  const [privateKey, publicKey] = ["private", "public"].map(
    (kind) => `${folder}/${kind}_key.pkcs7.pem`,
  ) as [string, string];
  if (keys === undefined) {
    const remove = [
      `rm --force ${privateKey} ${publicKey}`,
      `{ test ! -e ${folder} || rmdir --ignore-fail-on-non-empty ${folder}; }`,
      `rm ${mark}`,
    ].join(" && ");
    return [execOf("no keys of eyaml", ["sh", "-c", remove], { unless: `test ! -e ${mark}` })];
  }
  return [
    ...(packages.eyaml === undefined ? [] : packagedGems(distribution, packages.eyaml)),
    // Before the keys, so that a run which ends between them leaves none that nobody removes.
    fileOf(mark, ""),
    // Everybody may see which keys there are: the user that deploys checks whether hiera.yaml names one of them.
    // A site's own folder stays as it is.
    execOf("make the folder of eyaml's keys", ["mkdir", "--mode=0755", folder], {
      unless: `test -d ${folder}`,
    }),
    fileOf(privateKey, pulumi.secret(keys.privateKey), {
      owner: users.puppet,
      mode: "0400",
      sensitive: true,
    }),
    fileOf(publicKey, keys.publicKey),
  ];
}

/** Has Puppet Server find the gems of a package. */
function packagedGems(
  { paths, services }: Distribution,
  { package: name, ...gems }: PackagedGems,
): HostState {
  const [to = ""] = paths.packagedServerGems;
  return [
    packageOf(name),
    fileOf(packagedGemsScript, renderPackagedGems({ ...gems, to }), { mode: "0755" }),
    execOf(`Puppet Server finds ${name}`, [packagedGemsScript], {
      unless: `${packagedGemsScript} --check`,
      notify: `Service[${services.server}]`,
    }),
  ];
}
