import * as z from "zod";
import { defaults } from "../../components/defaults.js";
import { halfPairFaults } from "../certificate.js";
import type { CodeDeployment } from "../main/settings.js";
import type { Puppetdb } from "../puppetdb/settings.js";
import { certificates, dotted, integer, label, object, port, privateKey, text } from "../values.js";

const httpsUrl = `https://(${label}\\.)*${label}(:${port})?`;
const line = (what: string) => text(/^[^\s\p{C}]([^\p{C}]*[^\s\p{C}])?$/u, what);

/** How people in a directory log in. */
const ldap = object({
  /** DNS name of the LDAP server, as in its certificate. */
  host: text(dotted(253), "the DNS name of a server, as in its certificate"),
  /** TCP port; by default 636, or 389 with StartTLS. */
  port: integer(1, 65535, "a TCP port").optional(),
  /** Whether StartTLS is used; otherwise the connection uses TLS from the start. There is no connection without TLS. */
  startTls: z.boolean("true or false").default(defaults.hdm.startTls),
  /** Where people are searched for. */
  baseDn: line("a distinguished name such as ou=people,dc=example,dc=com"),
  /** User that searches for them; without it, the search is anonymous. */
  bindDn: line("a distinguished name such as cn=hdm,dc=example,dc=com").optional(),
  /** That user's password. */
  bindPassword: text(/^[^\p{C}]{1,256}$/u, "a password on one line").optional(),
  /** Attribute that people log in with. */
  usernameAttribute: text(
    /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
    "the name of an attribute, such as mail or uid",
  ).default(defaults.hdm.usernameAttribute),
  /** Filter that people must also match. */
  filter: text(
    /^\([^\p{C}]+\)$/u,
    "a filter in parentheses, such as (memberOf=cn=puppet,ou=groups,dc=example,dc=com)",
  ).optional(),
  /** Certificates that verify the server's own; by default those that the image trusts. */
  caCertificate: certificates.optional(),
});

/** How people log in through an identity provider. */
const saml = object({
  /** HDM's name at the provider. */
  entityId: line("the entity id that the provider has for HDM"),
  /** Where the provider accepts logins. */
  ssoUrl: text(
    new RegExp(`^${httpsUrl}/\\S*$`),
    "an HTTPS URL such as https://idp.example.com/saml/sso",
  ),
  /** The provider's certificate. */
  certificate: certificates,
});

/** Settings of HDM, where people browse Hiera data. */
export const hdm = object({
  /** Where it runs: on its own host, or not at all. */
  host: z.enum(["own", "none"], "own or none").default("none"),
  /** Its container image by digest: that of the manifest for its host's architecture. */
  image: text(
    new RegExp(
      `^((${label}\\.)+${label}(:${port})?|${label}:${port}|localhost)(/[a-z0-9][a-z0-9._-]*)+@sha256:[0-9a-f]{64}$`,
    ),
    "an image with its registry and its digest, NAME@sha256: and 64 hexadecimal digits, such as registry.example.com/betadots/hdm@sha256:…",
  ).optional(),
  /** Archive from which the image is loaded instead of being pulled. */
  imageArchive: text(
    new RegExp(`^(/[A-Za-z0-9._/-]+|${httpsUrl}/[A-Za-z0-9._~/%-]+)$`),
    "the absolute path of an archive on HDM's host, or an HTTPS URL without a password",
  ).optional(),
  /** Its HTTPS certificate, with the chain that signed it; by default the host's own from the environment's CA. */
  certificate: certificates.optional(),
  /** The certificate's private key. */
  privateKey: privateKey.optional(),
  ldap: ldap.optional(),
  saml: saml.optional(),
});

export type Hdm = z.output<typeof hdm>;

/** Missing settings of HDM, and settings that do not fit together. */
export function hdmFaults(
  given: Hdm,
  others: {
    puppetdb: Puppetdb;
    codeDeployment: CodeDeployment;
  },
): string[] {
  const { host, image, ldap } = given;
  if (host === "none") {
    return Object.keys(given)
      .filter((key) => key !== "host")
      .map(
        (key) =>
          `puppet:hdm.${key} is set, but puppet:hdm.host is "none"; set puppet:hdm.host to own, or remove puppet:hdm.${key}.`,
      );
  }
  const sentences: string[] = [];
  if (image === undefined) {
    sentences.push(
      "puppet:hdm.image is not set; write HDM's image with its digest, NAME@sha256: and 64 hexadecimal digits.",
    );
  }
  if (others.codeDeployment.tool === "none") {
    sentences.push(
      'puppet:hdm.host is "own", but puppet:codeDeployment.tool is "none", so there would be no data to browse; set puppet:codeDeployment.tool to r10k or g10k, or puppet:hdm.host to none.',
    );
  }
  if (others.puppetdb.host === "none") {
    sentences.push(
      'puppet:hdm.host is "own", but puppet:puppetdb.host is "none", and HDM gets nodes and their facts from PuppetDB; set puppet:puppetdb.host to own or main, or puppet:hdm.host to none.',
    );
  }
  sentences.push(...halfPairFaults("hdm", given));
  const portOfTheOther = ldap?.startTls === true ? 636 : 389;
  if (ldap?.port === portOfTheOther) {
    sentences.push(
      ldap.startTls
        ? "puppet:hdm.ldap.port is 636, where TLS is used from the start; remove it, or remove puppet:hdm.ldap.startTls."
        : "puppet:hdm.ldap.port is 389, where StartTLS is used; remove it, or set puppet:hdm.ldap.startTls to true.",
    );
  }
  if (ldap !== undefined && (ldap.bindDn === undefined) !== (ldap.bindPassword === undefined)) {
    const [there, missing] =
      ldap.bindDn === undefined ? ["bindPassword", "bindDn"] : ["bindDn", "bindPassword"];
    sentences.push(
      `puppet:hdm.ldap.${missing} is not set; write the one that belongs to puppet:hdm.ldap.${there}, or remove puppet:hdm.ldap.${there}.`,
    );
  }
  return sentences;
}
