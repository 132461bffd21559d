import * as z from "zod";
import { defaults } from "../../components/defaults.js";
import type { CodeDeployment } from "../main/settings.js";
import type { Puppetdb } from "../puppetdb/settings.js";
import { certificates, dotted, integer, label, object, port, privateKey, text } from "../values.js";

const httpsUrl = `https://(${label}\\.)*${label}(:${port})?`;
const line = (what: string) => text(/^[^\s\p{C}]([^\p{C}]*[^\s\p{C}])?$/u, what);

/** How people of a directory log in. */
const ldap = object({
  /** Name of the LDAP server, as in its certificate. */
  host: text(dotted(253), "the DNS name of a server, as in its certificate"),
  /** TCP port; by default 636, and 389 with StartTLS. */
  port: integer(1, 65535, "a TCP port").optional(),
  /** Whether TLS begins by StartTLS; without it, all of the connection is TLS. There is none without TLS. */
  startTls: z.boolean("true or false").default(defaults.hdm.startTls),
  /** Where people are looked for. */
  baseDn: line("a distinguished name such as ou=people,dc=example,dc=com"),
  /** Who looks for them; without it, nobody has to log in for that. */
  bindDn: line("a distinguished name such as cn=hdm,dc=example,dc=com").optional(),
  /** The password for that. */
  bindPassword: text(/^[^\p{C}]{1,256}$/u, "a password on one line").optional(),
  /** Attribute that people log in with. */
  usernameAttribute: text(
    /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
    "the name of an attribute, such as mail or uid",
  ).default(defaults.hdm.usernameAttribute),
  /** Filter that people must match as well. */
  filter: text(
    /^\([^\p{C}]+\)$/u,
    "a filter in parentheses, such as (memberOf=cn=puppet,ou=groups,dc=example,dc=com)",
  ).optional(),
  /** Certificates that the server's own is verified with; those that the image trusts by default. */
  caCertificate: certificates.optional(),
});

/** How people of an identity provider log in. */
const saml = object({
  /** What the provider knows HDM as. */
  entityId: line("the entity id that the provider has for HDM"),
  /** Where the provider takes log-ins. */
  ssoUrl: text(
    new RegExp(`^${httpsUrl}/\\S*$`),
    "an HTTPS URL such as https://idp.example.com/saml/sso",
  ),
  /** The provider's certificate. */
  certificate: certificates,
});

/** Settings of HDM, in which people browse Hiera data. */
export const hdm = object({
  /** Where it runs: on a host of its own, or not at all. */
  host: z.enum(["own", "none"], "own or none").default("none"),
  /** Its container image by the digest: that of the manifest for the architecture of its host. */
  image: text(
    new RegExp(
      `^((${label}\\.)+${label}(:${port})?|${label}:${port}|localhost)(/[a-z0-9][a-z0-9._-]*)+@sha256:[0-9a-f]{64}$`,
    ),
    "an image with its registry and its digest, NAME@sha256: and 64 hexadecimal digits, such as registry.example.com/betadots/hdm@sha256:…",
  ).optional(),
  /** Archive that the image is loaded from, instead of being pulled. */
  imageArchive: text(
    new RegExp(`^(/[A-Za-z0-9._/-]+|${httpsUrl}/[A-Za-z0-9._~/%-]+)$`),
    "the absolute path of an archive on HDM's host, or an HTTPS URL without a password",
  ).optional(),
  /** Certificate of its HTTPS, with those that signed it; the host's own of our CA by default. */
  certificate: certificates.optional(),
  /** The certificate's private key. */
  privateKey: privateKey.optional(),
  ldap: ldap.optional(),
  saml: saml.optional(),
});

export type Hdm = z.output<typeof hdm>;

/** What HDM lacks, and what does not fit together. */
export function hdmFaults(
  given: Hdm,
  others: {
    puppetdb: Puppetdb;
    codeDeployment: CodeDeployment;
  },
): string[] {
  const { host, image, certificate, ldap } = given;
  if (host === "none") {
    return Object.keys(given)
      .filter((key) => key !== "host")
      .map(
        (key) =>
          `puppet:hdm.${key} is set, but puppet:hdm.host is "none"; write own there, or remove puppet:hdm.${key}.`,
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
      'puppet:hdm.host is "own", but puppet:codeDeployment.tool is "none", so that there would be no data to browse; write r10k or g10k there, or none in puppet:hdm.host.',
    );
  }
  if (others.puppetdb.host === "none") {
    sentences.push(
      'puppet:hdm.host is "own", but puppet:puppetdb.host is "none", and HDM knows nodes and their facts from PuppetDB; write own or main there, or none in puppet:hdm.host.',
    );
  }
  if ((certificate === undefined) !== (given.privateKey === undefined)) {
    const [there, missing] =
      certificate === undefined ? ["privateKey", "certificate"] : ["certificate", "privateKey"];
    sentences.push(
      `puppet:hdm.${missing} is not set; write the one that belongs to puppet:hdm.${there}, or remove that.`,
    );
  }
  const portOfTheOther = ldap?.startTls === true ? 636 : 389;
  if (ldap?.port === portOfTheOther) {
    sentences.push(
      ldap.startTls
        ? "puppet:hdm.ldap.port is 636, where all of the connection is TLS; remove it, or puppet:hdm.ldap.startTls."
        : "puppet:hdm.ldap.port is 389, where TLS begins by StartTLS; remove it, or write true in puppet:hdm.ldap.startTls.",
    );
  }
  if (ldap !== undefined && (ldap.bindDn === undefined) !== (ldap.bindPassword === undefined)) {
    const [there, missing] =
      ldap.bindDn === undefined ? ["bindPassword", "bindDn"] : ["bindDn", "bindPassword"];
    sentences.push(
      `puppet:hdm.ldap.${missing} is not set; write the one that belongs to puppet:hdm.ldap.${there}, or remove that.`,
    );
  }
  return sentences;
}
