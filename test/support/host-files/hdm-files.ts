import type { HdmSettings } from "../../../components/index.js";
import { distributions, type DistributionName } from "../../../distributions/index.js";
import { compose, contentOf, stateOf, type Composed, type State } from "../infrastructure.js";
import type { Files } from "./files.js";

/** The image of the tests. */
export const image = `registry.example.com/betadots/hdm@sha256:${"0123456789abcdef".repeat(4)}`;

const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/** All of HDM's settings. */
export const everything: HdmSettings = {
  image,
  imageArchive: "/srv/images/hdm-4.1.2.tar",
  certificate: pem,
  privateKey: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
  ldap: {
    host: "ldap.example.com",
    startTls: true,
    baseDn: "ou=people,dc=example,dc=com",
    bindDn: "cn=hdm,dc=example,dc=com",
    bindPassword: "the-password-of-<%= 7 * 7 %>",
    usernameAttribute: "uid",
    filter: "(memberOf=cn=puppet,ou=groups,dc=example,dc=com)",
    caCertificate: pem,
  },
  saml: {
    entityId: "https://hdm.example.test",
    ssoUrl: "https://idp.example.com/saml/sso",
    certificate: pem,
  },
};

/** An infrastructure with HDM. */
export const composeHdm = (name: DistributionName, hdm: HdmSettings = { image }) =>
  compose(distributions[name], { hdm, codeDeployment: { tool: "r10k" } });

/** One host state of an infrastructure. */
export const stateIn = (of: Composed, name: string): State =>
  stateOf(String(of.find(`${name}-run`).inputs.stdin));

const units = "/etc/systemd/system";
const programs = "/usr/local/sbin";

/** Files of HDM that differ between distributions. */
export async function hdmFilesOf(name: DistributionName): Promise<Files> {
  const of = await composeHdm(name);
  const state = stateIn(of, "hdm-configuration");
  return {
    "hdm.service": contentOf(state, `${units}/hdm.service`),
    "hdm-administrator": contentOf(state, `${programs}/hdm-administrator`),
    "hdm.yml": contentOf(state, "/etc/hdm/hdm.yml"),
    "puppetdb-haproxy.cfg": contentOf(of.state("puppetdb"), "/etc/haproxy/haproxy.cfg"),
  };
}

/** Files of HDM that are the same for every distribution. */
export async function sharedHdmFiles(): Promise<Files> {
  const simple = await composeHdm("debian");
  const full = await composeHdm("debian", everything);
  const url = "https://mirror.example.com/images/hdm-4.1.2.tar";
  const fetched = await composeHdm("debian", { image, imageArchive: url });
  const state = stateIn(simple, "hdm-configuration");
  const code = stateIn(simple, "hdm-code");
  const imageOf = (of: Composed) =>
    contentOf(stateIn(of, "hdm-image-configuration"), `${programs}/hdm-image`);
  return {
    "database.yml": contentOf(state, "/etc/hdm/database.yml"),
    "hdm.env": contentOf(state, "/etc/hdm/hdm.env"),
    "administrator.env": contentOf(state, "/etc/hdm/administrator.env"),
    "hdm-await": contentOf(state, `${programs}/hdm-await`),
    "haproxy.cfg": contentOf(state, "/etc/haproxy/haproxy.cfg"),
    "pulled/hdm-image": imageOf(simple),
    "archive/hdm-image": imageOf(full),
    "fetched/hdm-image": imageOf(fetched),
    "everything/hdm.yml": contentOf(stateIn(full, "hdm-configuration"), "/etc/hdm/hdm.yml"),
    "code/settings.json": contentOf(code, "/etc/puppet-code/settings.json"),
    "code/puppet-code-sync.service": contentOf(code, `${units}/puppet-code-sync.service`),
  };
}
